import type { RunView } from '../../model/messages/status.ts';
import type { Calls } from '../../sandbox/calls.ts';
import type { People } from './attend.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** What a run asked of the clouds in each of its stages. A stage that begins while nobody looks counts a few calls to the one before it. */
export function callsByStage(
  sandbox: Pick<SandboxClient, 'calls'>,
): Required<Pick<People, 'see'>> & { tell(): Promise<Record<string, Calls>> } {
  const told: Record<string, Calls> = {};
  let stage: string | undefined;
  let before: Calls = {};
  const close = async () => {
    const now = await sandbox.calls();
    const of = stage ?? 'preconditions';
    told[of] = sum(told[of] ?? {}, difference(now, before));
    before = now;
  };
  return {
    async see(view: RunView) {
      if (view.stage === stage) return;
      if (stage !== undefined) await close();
      stage = view.stage;
    },
    async tell() {
      await close();
      return told;
    },
  };
}

function difference(now: Calls, before: Calls): Calls {
  return combined(now, before, (a, b) => a - b);
}

function sum(one: Calls, other: Calls): Calls {
  return combined(one, other, (a, b) => a + b);
}

function combined(one: Calls, other: Calls, of: (a: number, b: number) => number): Calls {
  const services = [...new Set([...Object.keys(one), ...Object.keys(other)])].map((service) => {
    const names = [...new Set([...Object.keys(one[service] ?? {}), ...Object.keys(other[service] ?? {})])];
    const counts = names.map((name) => [name, of(one[service]?.[name] ?? 0, other[service]?.[name] ?? 0)] as const);
    return [service, Object.fromEntries(counts.filter(([, n]) => n > 0))] as const;
  });
  return Object.fromEntries(services.filter(([, counts]) => Object.keys(counts).length > 0));
}
