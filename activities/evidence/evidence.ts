import { canonical, sha256 } from '../../model/canonical.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { removedItems } from '../../model/restore.ts';
import { NAMES, summarize, type Evidence } from '../../model/summary.ts';
import type { Policy } from '../../model/policy.ts';
import { SIGNED_AS } from '../../model/statement/statement.ts';
import { KINDS } from '../kinds.ts';
import { undoOf } from '../plan/restorability.ts';
import { NO_LINE, type JournalLine } from '../records/chain.ts';
import { evidencePage } from './page.ts';

/** Pure: what a run's whole journal and its plans, oldest first, say: the same for whoever writes evidence and whoever verifies it. */
export function evidenceOf(run: string, lines: JournalLine[], plans: readonly Plan[]): Evidence {
  const last = plans.at(-1);
  const summary = summarize(lines, last, plans.slice(0, -1));
  const removed = summary.restores === undefined ? removedItems(lines, new Map(plans.map((p) => [planHash(p), p]))) : [];
  const undo = last ? undoOf(KINDS, last, removed, new Date(summary.endedAt ?? lines.at(-1)?.at ?? 0)) : [];
  return { version: 1, run, names: namesOf(lines), summary, undo, journal: headOf(lines) };
}

/** Whether those who decided proved who they are: by the policies that the run went by. */
function namesOf(lines: JournalLine[]): Evidence['names'] {
  const identities = new Set(policiesOf(lines).map((p) => p.identity));
  if (identities.size > 1) return NAMES.both;
  return NAMES[[...identities][0] ?? 'asserted'];
}

function policiesOf(lines: JournalLine[]): Policy[] {
  return lines.flatMap(({ record: r }) => (r.type === 'policy' ? [r.policy] : []));
}

/** File of a plan before the last. */
export const planFile = (hash: string): string => `plan-${hash}.json`;

/** Plans of a run, oldest first; one that came into force again is once there, where it was last. `planAt` gets one that the lines name. */
export async function plansOf(lines: JournalLine[], planAt: (recorded: RecordedPlan) => Promise<Plan>): Promise<Plan[]> {
  const all = new Map(lines.flatMap(({ record: r }) => (r.type === 'plan' ? [[r.planHash, r] as const] : [])));
  return await Promise.all(planHashes(lines).map((hash) => planAt(all.get(hash) ?? { planHash: hash, artifact: '' })));
}

/** A plan as a line names it: its hash, and where it lies. */
export interface RecordedPlan {
  planHash: string;
  artifact: string;
}

/** Pure: the files of a run's evidence, by name. */
export function evidenceFiles(
  run: string,
  lines: JournalLine[],
  plans: readonly Plan[],
): { evidence: Evidence; files: Map<string, string> } {
  const evidence = evidenceOf(run, lines, plans);
  const files = new Map([['journal.jsonl', lines.map((l) => `${canonical(l)}\n`).join('')]]);
  for (const [n, plan] of plans.entries()) files.set(n === plans.length - 1 ? 'plan.json' : planFile(planHash(plan)), canonical(plan));
  files.set('evidence.json', JSON.stringify(evidence, undefined, 2));
  files.set('index.html', evidencePage(evidence));
  for (const [name, text] of statementFiles(lines)) files.set(name, text);
  return { evidence, files };
}

/**
 * What was signed, as it was signed, and by whose keys: each `statement-SEQ.json` with its `.sig`, and `allowed_signers`. With OpenSSH alone:
 * `ssh-keygen -Y verify -f allowed_signers -I NAME -n mepm-offboard -s statement-7.json.sig < statement-7.json`.
 */
function statementFiles(lines: JournalLine[]): [name: string, text: string][] {
  const signed = lines.flatMap(({ seq, record: r }) => {
    const proof = r.type === 'run-started' ? r.proof : r.type === 'decision' ? r.decision.proof : undefined;
    return proof ? [{ name: `statement-${seq}.json`, proof }] : [];
  });
  const keys = policiesOf(lines).flatMap(({ people = [] }) => people.flatMap((p) => p.keys.map(({ key }) => signerLine(p.name, key))));
  if (keys.length === 0) return [];
  return [
    ...signed.flatMap(({ name, proof }): [string, string][] => [
      [name, proof.statement],
      [`${name}.sig`, proof.signature],
    ]),
    ['allowed_signers', `${[...new Set(keys)].join('\n')}\n`],
  ];
}

/** OpenSSH takes a name of these characters only. */
function signerLine(name: string, key: string): string {
  return `${name.replaceAll(/[^\w.@+-]/g, '_')} namespaces="${SIGNED_AS}" ${key}`;
}

/** Hashes of a run's plans, oldest first; one that came into force again is once there, where it was last. */
export function planHashes(lines: JournalLine[]): string[] {
  const all = lines.flatMap(({ record: r }) => (r.type === 'plan' ? [r.planHash] : []));
  return all.filter((hash, at) => all.lastIndexOf(hash) === at);
}

function headOf(lines: JournalLine[]): Evidence['journal'] {
  const last = lines.at(-1);
  return { lines: lines.length, head: last ? sha256(canonical(last)) : NO_LINE };
}
