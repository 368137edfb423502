import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { readBindings, writeBindings, type Binding } from './policies.ts';
import { etagOf, GcpError, readBody } from './wire.ts';

const NO_POLICY_ETAG = 'ACAB';
const WITH_CONDITION = '_withcond_';

const GetBody = z.object({ options: z.object({ requestedPolicyVersion: z.int().optional() }).optional() });
const SetBody = z.object({
  policy: z.object({
    version: z.int().optional(),
    etag: z.string().optional(),
    bindings: z
      .array(
        z.object({
          role: z.string().min(1),
          members: z.array(z.string()).default([]),
          condition: z.object({ title: z.string(), expression: z.string(), description: z.string().optional() }).optional(),
        }),
      )
      .default([]),
  }),
});

/**
 * getIamPolicy: conditions are given with requestedPolicyVersion 3 only (in the body, or in the query for a service account). Otherwise a
 * conditional binding shows its role with a `_withcond_` hash and no condition, as Google documents.
 */
export function getIamPolicy(request: SandboxRequest, context: SandboxContext, resource: string): SandboxResponse {
  const asked = request.query.get('options.requestedPolicyVersion');
  const version = (asked === null ? readBody(request, GetBody).options?.requestedPolicyVersion : Number(asked)) ?? 1;
  if (![0, 1, 3].includes(version)) throw new GcpError('INVALID_ARGUMENT', `Invalid policy version ${version}; valid are 0, 1 and 3.`);
  return { status: 200, body: policy(context, resource, version) };
}

/**
 * setIamPolicy: ABORTED when the etag given is not the present one; INVALID_ARGUMENT when there are, or were, conditions and the version is
 * not 3. Without an etag it overwrites blindly, conditions too, as Google documents.
 */
export function setIamPolicy(request: SandboxRequest, context: SandboxContext, resource: string): SandboxResponse {
  const { version = 0, etag, bindings } = readBody(request, SetBody).policy;
  const before = readBindings(context, resource);
  if (etag !== undefined && etag !== currentEtag(context, resource, before))
    throw new GcpError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    );
  const conditional = bindings.some(isConditional) || (etag !== undefined && before.some(isConditional));
  if (conditional && version !== 3)
    throw new GcpError('INVALID_ARGUMENT', 'A policy with conditional role bindings must specify version 3.');
  const mangled = bindings.find((b) => b.role.includes(WITH_CONDITION));
  if (mangled) throw new GcpError('INVALID_ARGUMENT', `Role ${mangled.role} stands for a conditional binding and cannot be set.`);
  writeBindings(
    context,
    resource,
    bindings.filter((b) => b.members.length > 0),
  );
  const writes = writeCounts(context);
  writes[resource] = (writes[resource] ?? 0) + 1;
  context.store.save();
  return { status: 200, body: policy(context, resource, 3) };
}

function policy(context: SandboxContext, resource: string, version: number): object {
  const bindings = readBindings(context, resource);
  return {
    version: version === 3 && bindings.some(isConditional) ? 3 : 1,
    etag: currentEtag(context, resource, bindings),
    ...(bindings.length > 0 ? { bindings: version === 3 ? bindings : bindings.map(withoutCondition) } : {}),
  };
}

function withoutCondition(binding: Binding): Binding {
  if (!binding.condition) return binding;
  const hash = createHash('sha256').update(JSON.stringify(binding.condition)).digest('hex').slice(0, 20);
  return { role: `${binding.role}${WITH_CONDITION}${hash}`, members: binding.members };
}

function isConditional(binding: Binding): boolean {
  return binding.condition !== undefined;
}

function currentEtag(context: SandboxContext, resource: string, bindings: Binding[]): string {
  const writes = writeCounts(context)[resource] ?? 0;
  return writes === 0 && bindings.length === 0 ? NO_POLICY_ETAG : etagOf(`${resource}#${writes}`);
}

function writeCounts(context: SandboxContext): Record<string, number> {
  return context.store.slot<Record<string, number>>('gcp-policy-writes', {});
}
