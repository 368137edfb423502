import { z } from 'zod';
import { throttledAnswer } from './faults.ts';
import type { SandboxRequest, SandboxResponse } from './service.ts';

const RuleSchema = z.strictObject({ burst: z.number().min(1), perSecond: z.number().positive() });
type Rule = z.infer<typeof RuleSchema>;

/** So many calls within so many seconds, never more: a small bucket and the rest evenly. */
const inWindow = (calls: number, seconds: number): Rule => ({ burst: calls / 20, perSecond: calls / seconds });

/**
 * What the vendors publish. Sources: Azure Resource Manager, "Understand how Azure Resource Manager throttles requests"; Microsoft Graph, "Service-specific throttling
 * limits", identity and access (3,000 changes in 150 s; 3,500 units in 10 s, two a question); Google IAM, "Quotas and limits"; Cloud Asset, "Quotas and limits".
 */
const PUBLISHED = {
  'arm-read': { burst: 250, perSecond: 25 },
  'arm-write': { burst: 200, perSecond: 10 },
  'arm-delete': { burst: 200, perSecond: 10 },
  'graph-read': inWindow(1_750, 10),
  'graph-change': inWindow(3_000, 150),
  'gcp-iam-read': inWindow(6_000, 60),
  'gcp-iam-change': inWindow(600, 60),
  'gcp-pools-read': inWindow(600, 60),
  'gcp-pools-change': { burst: 15, perSecond: 0.75 },
  'gcp-asset-read': inWindow(400, 60),
} satisfies Record<string, Rule>;

/** Services that count, and the kinds of calls that each of them counts apart. */
const KINDS: Record<string, readonly string[]> = {
  arm: ['read', 'write', 'delete'],
  ...Object.fromEntries(
    'iam sts organizations cloudformation secretsmanager graph gcp-iam gcp-pools gcp-crm gcp-asset gcp-analyzer'
      .split(' ')
      .map((service) => [service, ['read', 'change']]),
  ),
};
const NAMES = Object.entries(KINDS).flatMap(([service, kinds]) => [service, ...kinds.map((kind) => `${service}-${kind}`)]);

/** `published`, or rules by name: a service, which counts all its calls, or one kind of its calls, such as `arm-delete`. */
export const QuotasSchema = z.union([
  z.literal('published').transform((): Record<string, Rule> => PUBLISHED),
  z.record(z.string(), RuleSchema).superRefine((rules, context) => {
    for (const name of Object.keys(rules))
      if (!NAMES.includes(name))
        context.addIssue({ code: 'custom', path: [name], message: `no quota has this name; there are ${NAMES.join(', ')}` });
  }),
]);

/** What one key of a quota came to, since the quotas were set; `late`: of that, after the first minute. */
export interface QuotaCount extends Rule {
  quota: string;
  /** Whose calls are counted together: a subscription, an account; empty where all are. */
  key: string;
  allowed: number;
  refused: number;
  late: { allowed: number; refused: number };
}

const FIRST_MS = 60_000;

interface Bucket {
  count: QuotaCount;
  tokens: number;
  at: number;
}

/** Token buckets, keyed as each cloud counts; none before they are set. */
export class Quotas {
  #rules: Record<string, Rule> = {};
  #buckets = new Map<string, Bucket>();
  #since = 0;

  set(rules: Record<string, Rule>, now = Date.now()): void {
    this.#rules = rules;
    this.#buckets = new Map();
    this.#since = now;
  }

  tell(): QuotaCount[] {
    return [...this.#buckets.values()].map((b) => b.count);
  }

  /** What comes of a call of the service with this prefix, which `handle` carries out where no quota is used up. */
  async around<R extends SandboxResponse>(prefix: string, request: SandboxRequest, handle: () => Promise<R>): Promise<R | SandboxResponse> {
    const buckets = this.#bucketsOf(prefix, request);
    if (buckets.length === 0) return await handle();
    const now = Date.now();
    for (const bucket of buckets) {
      const { burst, perSecond } = bucket.count;
      bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
      bucket.at = now;
    }
    const empty = buckets.filter((b) => b.tokens < 1);
    for (const bucket of buckets) {
      if (empty.length === 0) bucket.tokens--;
      const outcome = empty.length === 0 ? 'allowed' : empty.includes(bucket) ? 'refused' : undefined;
      if (!outcome) continue;
      bucket.count[outcome]++;
      if (now - this.#since >= FIRST_MS) bucket.count.late[outcome]++;
    }
    const wait = Math.max(0, ...empty.map((b) => (1 - b.tokens) / b.count.perSecond));
    if (empty.length > 0) return throttledAnswer(prefix, wait);
    const answer = await handle();
    return prefix === '/arm' ? { ...answer, headers: { ...answer.headers, ...remaining(request, buckets) } } : answer;
  }

  #bucketsOf(prefix: string, request: SandboxRequest): Bucket[] {
    const service = /\/workloadIdentityPools\b/.test(request.path) ? 'gcp-pools' : prefix.slice(1);
    const key = keyOf(service, request);
    return [service, `${service}-${kindOf(service, request)}`].flatMap((quota) => {
      const rule = this.#rules[quota];
      if (!rule) return [];
      const name = `${quota} ${key}`;
      const none = { allowed: 0, refused: 0 };
      const bucket = this.#buckets.get(name) ?? {
        count: { quota, key, ...rule, ...none, late: { ...none } },
        tokens: rule.burst,
        at: Date.now(),
      };
      this.#buckets.set(name, bucket);
      return [bucket];
    });
  }
}

/** AWS names operations by a verb; elsewhere some are asked by POST. */
const QUESTION = /^(?:AssumeRole|Describe|Get|List|Simulate)/;
const ASKING = /(?::getIamPolicy|:testIamPermissions|\/getByIds|\/checkMemberGroups)$/;

function kindOf(service: string, { method, path, headers, body }: SandboxRequest): string {
  if (service === 'arm') return method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : 'write';
  const action = /(?:^|&)Action=([A-Za-z]+)/.exec(body)?.[1] ?? headers['x-amz-target']?.split('.').at(-1);
  return method === 'GET' || QUESTION.test(action ?? '') || ASKING.test(path) ? 'read' : 'change';
}

/** ARM counts by subscription, AWS by account; of the others the sandbox has one tenant, one client. */
function keyOf(service: string, { path, headers }: SandboxRequest): string {
  if (service === 'arm') return /^\/+subscriptions\/+([^/]+)/i.exec(path)?.[1]?.toLowerCase() ?? 'tenant';
  const token = headers['x-amz-security-token']?.split('.')[0];
  if (token === undefined) return '';
  const { account } = z.object({ account: z.string() }).parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  return account;
}

function remaining(request: SandboxRequest, buckets: Bucket[]): Record<string, string> {
  const scope = keyOf('arm', request) === 'tenant' ? 'tenant' : 'subscription';
  const left = Math.floor(Math.min(...buckets.map((b) => b.tokens)));
  return { [`x-ms-ratelimit-remaining-${scope}-${kindOf('arm', request)}s`]: String(left) };
}
