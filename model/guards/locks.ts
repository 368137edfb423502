import type { Hold } from '../finding.ts';
import { command } from '../shell.ts';

/** A resource lock in Azure: ARM refuses the deletion with this code. `words`: its own. */
export function scopeLocked(code: string, words: string): Hold | undefined {
  if (code !== 'ScopeLocked') return undefined;
  const reason = `${words}; a lock at or above this scope forbids deletion; remove the lock, retry, and put it back`;
  return { code: 'ScopeLocked', reason };
}

/** A CloudFormation stack that is protected from deletion; `id`: its ARN. */
export function terminationProtection({ id, name, region }: { id: string; name: string; region: string }): Hold {
  const words = ['aws', 'cloudformation', 'update-termination-protection', '--no-enable-termination-protection'];
  const step = command(...words, '--stack-name', id, '--region', region);
  return { code: 'TerminationProtection', reason: `the stack ${name} is protected from deletion: its owner lifts that with \`${step}\`` };
}
