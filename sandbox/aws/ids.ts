import { createHash } from 'node:crypto';
import type { EstateStore } from '../store.ts';

/** When everything in the sandbox's accounts was created: one fixed time, since nothing decides by it. */
export const CREATED = new Date('2022-06-14T09:12:31Z');

/** The unique id AWS would have given a role: stable over restarts, and another one each time a role of that ARN is made again. */
export function roleId(store: EstateStore, arn: string, generation = generationOf(store, arn)): string {
  return uniqueId('AROA', arn, generation);
}

export function policyId(store: EstateStore, arn: string): string {
  return uniqueId('ANPA', arn, generationOf(store, arn));
}

/** How often something of this ARN was made again since the estate began. */
export function generationOf(store: EstateStore, arn: string): number {
  return generations(store)[arn] ?? 0;
}

export function beginGeneration(store: EstateStore, arn: string): void {
  generations(store)[arn] = generationOf(store, arn) + 1;
}

function generations(store: EstateStore): Record<string, number> {
  return store.slot<Record<string, number>>('aws-generations', {});
}

export function instanceProfileId(arn: string): string {
  return uniqueId('AIPA', arn);
}

function uniqueId(prefix: string, arn: string, generation = 0): string {
  const digest = createHash('sha256')
    .update(generation === 0 ? arn : `${arn}#${generation}`)
    .digest();
  return prefix + [...digest.subarray(0, 17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
}
