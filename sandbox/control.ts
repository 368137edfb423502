import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CallCounts } from './calls.ts';
import { applyChanges, changeFaults, ChangeSchema } from './changes.ts';
import { EstateError, parseEstate, type Estate } from './estate.ts';
import { FaultsSchema, type Faults } from './faults.ts';
import { QuotasSchema, type Quotas } from './quotas.ts';
import { PermissionsSchema } from './permissions/permissions.ts';
import { sameSecret, type SandboxContext, type SandboxRequest, type SandboxResponse, type SandboxService } from './service.ts';
import { StateSchema } from './state.ts';
import type { EstateStore } from './store.ts';
import { registerWorker } from './worker-environment.ts';

const MAX_BODY_BYTES = 256 * 1_048_576;

/** The token of the control calls, made at first start and kept in `directory` (mode 0600): only its owner may change the estate. */
export function controlToken(directory: string): string {
  const file = join(directory, 'control-token');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/**
 * Calls that no cloud has, for who has `token` as bearer: `PUT /sandbox/estate` takes another estate, `GET` and `PUT /sandbox/state` are for
 * any edit of it, `POST /sandbox/changes`
 * for what somebody does in the clouds beside us, `GET /sandbox/calls` tells how often each operation was called, `GET /sandbox/repeated` how
 * many removals were asked for of what was gone, and
 * after `PUT /sandbox/faults` a share of all calls is disturbed, after `PUT /sandbox/quotas` each cloud takes so many; `GET` tells what that came to. After `PUT /sandbox/permissions` the worker may do just that; `GET` tells what its calls needed since then. A state is put only over the one it was read from (`etag`, `if-match`). Faults are answered
 * with 400, one a line. `tell` hears of each change, with the manifest in force: `first`'s, then that of the newest estate.
 */
export function controlService(
  token: string,
  first: Estate,
  calls: CallCounts,
  faults: Faults,
  quotas: Quotas,
  tell: (manifest: unknown) => void,
): SandboxService {
  let { manifest } = first;
  const take = (estate: Estate, store: EstateStore) => {
    registerWorker(store, estate);
    store.refill(estate.objects);
    manifest = estate.manifest;
    tell(manifest);
  };
  const answer = ({ method, path, headers, body }: SandboxRequest, context: SandboxContext): SandboxResponse => {
    const { store } = context;
    switch (`${method} ${path}`) {
      case 'PUT /estate':
        take(parseEstate(JSON.parse(body)), store);
        return { status: 204 };
      case 'GET /state': {
        const { state, version } = store.snapshot();
        return { status: 200, headers: { etag: version }, body: state };
      }
      case 'PUT /state':
        if (!store.replace(StateSchema.parse(JSON.parse(body)), headers['if-match'] ?? ''))
          return refused(412, 'the state has changed since it was read; read it again');
        tell(manifest);
        return { status: 204 };
      case 'GET /calls':
        return { status: 200, body: calls.tell() };
      case 'GET /repeated':
        return { status: 200, body: { repeated: calls.repeated } };
      case 'PUT /faults':
        faults.set(FaultsSchema.parse(JSON.parse(body)));
        return { status: 204 };
      case 'PUT /quotas':
        quotas.set(QuotasSchema.parse(JSON.parse(body)));
        return { status: 204 };
      case 'GET /quotas':
        return { status: 200, body: quotas.tell() };
      case 'PUT /permissions':
        context.permissions.set(PermissionsSchema.parse(JSON.parse(body)));
        return { status: 204 };
      case 'GET /permissions':
        return { status: 200, body: context.permissions.needed() };
      case 'POST /changes': {
        const changes = z.array(ChangeSchema).parse(JSON.parse(body));
        const faults = changeFaults(store.all(), changes);
        if (faults.length > 0) return refused(400, faults.map(({ index, text }) => `[${index}]: ${text}`).join('\n'));
        applyChanges(context, changes);
        return { status: 204 };
      }
      default:
        return refused(404, `there is no ${method} /sandbox${path}`);
    }
  };
  return {
    prefix: '/sandbox',
    maxBodyBytes: MAX_BODY_BYTES,
    handle(request, context) {
      if (!sameSecret(`Bearer ${token}`, request.headers['authorization'] ?? ''))
        return refused(401, 'the bearer token is not that of the sandbox’s folder (control-token)');
      try {
        return answer(request, context);
      } catch (error) {
        if (error instanceof EstateError || error instanceof SyntaxError) return refused(400, error.message);
        if (error instanceof z.ZodError) return refused(400, z.prettifyError(error));
        throw error;
      }
    },
  };
}

function refused(status: number, message: string): SandboxResponse {
  return { status, body: { error: { message } } };
}
