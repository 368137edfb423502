import type { Policy } from '../../model/policy.ts';
import { normalSshKey } from '../../model/statement/ssh-signature.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER, type TestEstate } from './estate.ts';
import { sshKey, type SshKey } from './ssh.ts';
import type { CliResult, Stage } from './stage.ts';

/** People who sign what they say, and the policy that demands it. */
export interface Signed {
  keys: Record<string, SshKey> & { third: SshKey };
  policy: Policy;
  /** Types a command as a person, who signs it with their key. */
  typed(by: string, ...args: string[]): Promise<CliResult>;
  approve(run: string, by: string, gate: string, hash: string): Promise<CliResult>;
}

/** Who starts, two who approve, and who gets the codes. */
export function signedBy(stage: Stage): Signed {
  const keys = { [STARTER]: sshKey(), [APPROVER]: sshKey('ecdsa'), third: sshKey('rsa'), [MAILBOX]: sshKey() };
  const people = Object.entries(keys).map(([name, { line }]) => ({ name, keys: [{ key: normalSshKey(line) }] }));
  const policy: Policy = { identity: 'ssh', people, approvers: [STARTER, APPROVER, 'third'], fourEyes: true, maxItems: 10_000 };
  const named: Signed['keys'] = keys;
  const typed = (by: string, ...args: string[]) => stage.offboard(...args, '--by', by, '--sign-with', named[by]?.file ?? '');
  const approve = (run: string, by: string, gate: string, hash: string) =>
    typed(by, 'approve', run, '--gate', gate, '--plan-hash', hash, '--reason', 'read it');
  return { keys: named, policy, typed, approve };
}

/** The small estate, where a third person may approve, too. */
export function threeApprovers(): TestEstate {
  const estate = smallEstate();
  estate.manifest.approvers = [STARTER, APPROVER, 'third'];
  return estate;
}
