import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import { proven } from '../../client/run/prove.ts';
import { signerOf } from '../../client/run/sign.ts';
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
  /** A message is signed whole by whom it names, then each of these fields in turn is another: by its proof each of these is refused. */
  expectSwapsRefused(run: string, update: string, message: { by: string; [field: string]: unknown }, others: object): Promise<void>;
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
  const expectSwapsRefused = async (run: string, update: string, message: { by: string; [field: string]: unknown }, others: object) => {
    const sign = signerOf({ ...process.env, OFFBOARD_SSH_KEY: named[message.by]?.file });
    const signed = await proven({ ...stage.session, ...(sign ? { sign } : {}) }, run, update, message);
    const handle = stage.session.client.workflow.getHandle(run);
    for (const [field, other] of Object.entries(others)) {
      const answer = await handle.executeUpdate(update, { args: [{ ...signed, [field]: other as unknown }] }).then(
        () => 'taken',
        (error: unknown) => (error instanceof WorkflowUpdateFailedError ? error.cause : error),
      );
      expect([update, field, answer instanceof ApplicationFailure ? answer.details?.[0] : answer]).toEqual([update, field, 'ProofWrong']);
    }
  };
  return { keys: named, policy, typed, approve, expectSwapsRefused };
}

/** The small estate, where a third person may approve, too. */
export function threeApprovers(): TestEstate {
  const estate = smallEstate();
  estate.manifest.approvers = [STARTER, APPROVER, 'third'];
  return estate;
}
