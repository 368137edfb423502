import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { draftManifest } from '../../model/discovery.ts';
import type { CloudExam, Told, WorkerExam } from '../../model/doctor.ts';
import { messageOf, OffboardError } from '../../model/errors.ts';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import { plainWords } from '../../model/yaml.ts';
import { USES } from '../../model/permission.ts';
import { answerOf } from '../answer.ts';
import type { Deps } from '../deps.ts';
import { answerWithinMs } from '../answer-within.ts';
import { failureMessage } from '../failures.ts';
import { within } from '../limited.ts';
import { engineOf } from '../records/open.ts';
import { examineCloud } from './clouds.ts';

const INPUT = z.strictObject({ manifest: z.unknown().optional(), uses: z.array(z.enum(USES)).min(1).max(USES.length) });

/** The way out. */
const PROXY = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/**
 * What this worker is and may do, for whoever is about to start a run; changes nothing, and belongs to no run. What cannot be asked is told as that. Throws
 * InvalidValue for a manifest that is none.
 */
export async function examine(deps: Deps, asked: unknown): Promise<WorkerExam> {
  const { success, data } = INPUT.safeParse(asked);
  if (!success) throw new OffboardError('InvalidValue', 'uses: name some of discover, remove, restore and quarantine');
  const manifest = manifestOf(data.manifest);
  // The clock is told before the clouds take their time.
  const clock = { worker: Date.now(), temporal: Context.current().info.currentAttemptScheduledTimestampMs };
  const driven = data.manifest === undefined ? [] : manifest.collectors.filter((c) => c.driver === 'http');
  const portal = driven.length > 0 ? portalOf(deps, manifest, driven.length) : undefined;
  const clouds = await Promise.all(
    (['aws', 'azure', 'gcp', 'entra'] as const)
      .filter((type) => data.manifest === undefined || type === 'entra' || manifest[type] !== undefined)
      .map((type) => examineCloud(deps.clouds[type], manifest, data.uses, data.manifest !== undefined)),
  );
  return {
    clouds: clouds.filter((exam): exam is CloudExam => exam !== undefined),
    ...(portal ? { portal: await portal } : {}),
    records: await told(async () => {
      const { store } = deps.journal;
      await store.identity();
      await store.probe();
      return { where: store.where, ...engineOf(process.env) };
    }),
    policy: await told(() => Promise.resolve({ identity: deps.policy.identity, approvers: deps.policy.approvers.length })),
    clock,
    proxy: proxyOf(process.env),
  };
}

/** Lists the collectors, as every step of their deletion does. */
async function portalOf(
  { clouds: { portal } }: Pick<Deps, 'clouds'>,
  manifest: Manifest,
  collectors: number,
): Promise<Told<{ collectors: number }>> {
  const system = `portal:${manifest.tenant.id}` as const;
  const probe = async () => portal.probe(await portal.connect(system, { manifest }), system);
  const answer = await within({ asking: answerWithinMs() }, () => answerOf(portal, probe));
  return answer.ok ? { ok: true, collectors } : { ok: false, reason: failureMessage(answer.failure) };
}

/** Checked as a start checks it; nobody's, where none was given: then the worker alone is asked about. */
function manifestOf(raw: unknown): Manifest {
  if (raw === undefined) return draftManifest({ tenant: { id: process.env['AZURE_TENANT_ID'] ?? NOBODYS } }, []);
  const parsed = ManifestSchema.safeParse(raw, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new OffboardError('InvalidValue', `manifest: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
}

const NOBODYS = '00000000-0000-0000-0000-000000000000';

async function told<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { ok: true, ...(await ask()) };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** Pure: a proxy's address may hold a password, which is nobody's to read. */
export function proxyOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const shown = (value: string) => value.replace(/\/\/[^@/]*@/, '//…@');
  return Object.fromEntries(PROXY.flatMap((name) => (env[name] ? [[name, shown(env[name])]] : [])));
}
