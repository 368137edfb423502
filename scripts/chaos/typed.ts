import type { People } from '../../client/demo/attend.ts';
import type { SandboxClient } from '../../client/demo/sandbox-client.ts';
import { collectorKey, gateKey, waiverKey } from './decisions.ts';
import type { Typist } from './typist.ts';

/** People who type commands of the CLI. `said` gets what was answered as taken. */
export function typedPeople(typist: Typist, approver: string, sandbox: SandboxClient, said: string[]): People {
  /** Throws what was refused. */
  const type = async (args: string[], line?: string): Promise<Record<string, unknown>> => {
    const { code, told } = await typist.type(args, line);
    if (code !== 0) throw new Error(`${args[0]}: ${String(told['message'])}`);
    return told;
  };
  const reason = ['--reason', 'read and found right'];
  return {
    async gate({ workflowId, gate }) {
      if (!gate) return;
      const which = ['--gate', gate.gate, '--opening', `${gate.opening}`, '--plan-hash', gate.planHash];
      await type(['approve', workflowId, ...which, '--by', approver, ...reason]);
      said.push(gateKey(gate));
    },
    async unresolved({ workflowId }) {
      const { items } = await type(['waive', workflowId, '--by', approver, ...reason]);
      said.push(...(items as string[]).map(waiverKey));
    },
    async collector({ workflowId }, { id, item, recipient, stage }) {
      if (stage === 'not-ready') return void (await type(['ready', workflowId, id, '--by', recipient]));
      const mail = await sandbox.newestOtp(recipient);
      if (!mail) return;
      await type(['otp', workflowId, id, '--by', recipient], `${mail.otp}\n`);
      said.push(collectorKey(item));
    },
  };
}
