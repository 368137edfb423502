import type { Finding, Hold, Json, Match, Bystander } from '../../../../model/finding.ts';
import type { Manifest } from '../../../../model/manifest.ts';
import { SIGN_IN_TOKEN } from '../../../../model/tokens.ts';
import { found, type Footprint } from '../../../kind.ts';
import type { PortalSnapshot } from '../../reader.ts';
import type { Collector } from '../../wire/clients.ts';

const NAME = 'data-collector';

type Named = Manifest['collectors'][number];

/** Data collector configurations (guide, "Stop data collection"). */
export const footprint: Footprint<PortalSnapshot> = {
  name: NAME,

  match(snapshot): Match {
    const { system, named, listed } = snapshot;
    const findings: Finding[] = [];
    const bystanders: Bystander[] = [];
    for (const collector of named) {
      if (collector.driver !== 'http') {
        findings.push(finding(snapshot, collector.id, collector.type, unreadDefinition(collector), 'the manifest names it'));
        continue;
      }
      const there = listed?.find((c) => c.id === collector.id);
      if (there) findings.push({ ...listedFinding(snapshot, there, collector), ...typeHold(there, collector) });
      else
        bystanders.push({
          system,
          id: collector.id,
          why: 'the manifest names it, the portal does not list it: deleted before, or never there under this id',
          uses: [],
        });
    }
    for (const there of listed ?? []) if (!named.some((c) => c.id === there.id)) findings.push(listedFinding(snapshot, there));
    return { findings, bystanders };
  },

  putBack(snapshot, { item, byUs }) {
    const { id, type, name, configuration } = item.snapshot as Definition;
    if (snapshot.listed === undefined || snapshot.listed.some((c) => c.id === id) || !byUs(undefined)) return snapshot;
    return { ...snapshot, listed: [...snapshot.listed, { id, type, name, configuration } as unknown as Collector] };
  },

  gone: 'the portal no longer lists it',

  lost: 'its historic data went with it; a new configuration can be made only in the Permissions Management portal, if that still answers',
};

/** What a plan freezes of a configuration. */
export type Definition = { driver: string; recipient: string | null; [field: string]: Json };

/** Without status and online: they change by themselves while the configuration stays what was approved. */
export function readDefinition(collector: Collector, recipient: string | null): Definition {
  const { id, type, name, configuration } = collector;
  return { id, type, name, driver: 'http', recipient, configuration };
}

function unreadDefinition({ id, type, name, driver, recipient }: Named): Definition {
  return { id, type, name: name ?? null, driver, recipient };
}

function listedFinding(snapshot: PortalSnapshot, there: Collector, collector?: Named): Finding {
  const why = collector ? 'the manifest names it and the portal lists it' : 'the portal lists it, the manifest does not name it';
  const found = finding(snapshot, there.id, there.type, readDefinition(there, collector?.recipient ?? null), why);
  return collector ? found : { ...found, confidence: 'name-only' };
}

function finding({ system }: PortalSnapshot, id: string, type: string, definition: Definition, why: string): Finding {
  return {
    ...found(NAME, system, id),
    title: `${type} data collector ${typeof definition['name'] === 'string' ? definition['name'] : id}`,
    phase: 'data-collection',
    why: [why],
    confidence: 'certain',
    risk: 'read',
    stage: 'data-collectors',
    snapshot: definition,
    provides: [],
    // Sign-in may be disabled only once data collection has stopped everywhere (guide, "Disable user sign-in").
    uses: [SIGN_IN_TOKEN],
  };
}

function typeHold(there: Collector, collector: Named): { hold?: Hold } {
  if (there.type === collector.type) return {};
  const reason = `the portal says it collects from ${there.type}, the manifest says ${collector.type}: check its id`;
  return { hold: { code: 'TypeMismatch', reason } };
}
