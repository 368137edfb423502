import { createPublicKey } from 'node:crypto';
import { canonical, sha256 } from '../../model/canonical.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { isRestorePlan, removedItems } from '../../model/restore.ts';
import { namesOf, summarize, type Evidence } from '../../model/summary.ts';
import type { Policy } from '../../model/policy.ts';
import type { Admission } from '../../model/statement/proof.ts';
import { parseProof, SIGNED_AS } from '../../model/statement/statement.ts';
import { KINDS } from '../kinds.ts';
import { undoOf, undoOfAll } from '../plan/restorability.ts';
import { NO_LINE, type JournalLine } from '../records/chain.ts';
import { askedAbout } from './asked.ts';
import { evidencePage } from './page.ts';
import { planPage } from './plan-page.ts';

/** Pure: what a run's whole journal and its plans, oldest first, say: the same for whoever writes evidence and whoever verifies it. */
export function evidenceOf(run: string, lines: JournalLine[], plans: readonly Plan[]): Evidence {
  const last = plans.at(-1);
  const summary = summarize(lines, last, plans.slice(0, -1));
  const removed = summary.restores === undefined ? removedItems(lines, new Map(plans.map((p) => [planHash(p), p]))) : [];
  const undo = last ? undoOf(KINDS, last, removed, new Date(summary.endedAt ?? lines.at(-1)?.at ?? 0)) : [];
  return { version: 1, run, names: namesOf(lines), summary, undo, journal: headOf(lines) };
}

function policiesOf(lines: JournalLine[]): Policy[] {
  return lines.flatMap(({ record: r }) => (r.type === 'policy' ? [r.policy] : []));
}

/** File of a plan before the last. */
export const planFile = (hash: string): string => `plan-${hash}.json`;

/** Pure: the page of one of a run's plans, by its records: the same for its approver, for the evidence and for whoever verifies that. */
export function planPageOf(run: string, lines: readonly JournalLine[], plan: Plan): string {
  const hash = planHash(plan);
  const made = lines.find(({ record: r }) => r.type === 'plan' && r.planHash === hash);
  const undo = isRestorePlan(plan) ? [] : undoOfAll(KINDS, plan, new Date(made?.at ?? 0));
  return planPage(plan, askedAbout(run, lines, hash), undo);
}

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
  const named = plans.map((plan, n) => ({ plan, file: n === plans.length - 1 ? 'plan.json' : planFile(planHash(plan)) }));
  for (const { plan, file } of named) files.set(file, canonical(plan));
  files.set('evidence.json', JSON.stringify(evidence, undefined, 2));
  files.set('index.html', evidencePage(evidence));
  for (const { plan, file } of named) files.set(file.replace('.json', '.html'), planPageOf(run, lines, plan));
  for (const [name, text] of statementFiles(lines)) files.set(name, text);
  return { evidence, files };
}

/**
 * What people said, as they said it, with what proves it: each `statement-SEQ.json` with its `.sig` and `allowed_signers`, or with the `.jwt` of its sign-in
 * and the tenant's key in `.pem`. docs/identity.md tells how OpenSSH or OpenSSL alone verify them.
 */
function statementFiles(lines: JournalLine[]): [name: string, text: string][] {
  if (policiesOf(lines).every((p) => p.identity === 'asserted')) return [];
  const keys = policiesOf(lines).flatMap(({ people = [] }) => people.flatMap((p) => p.keys.map(({ key }) => signerLine(p.name, key))));
  return [
    ...lines.flatMap(({ seq, record: r }) => {
      if (r.type === 'run-started' || r.type === 'collector') return proofFiles(`statement-${seq}.json`, r.proof, r.admission);
      return r.type === 'decision' ? proofFiles(`statement-${seq}.json`, r.decision.proof, r.admission) : [];
    }),
    ...(keys.length === 0 ? [] : [['allowed_signers', `${[...new Set(keys)].join('\n')}\n`] as [string, string]]),
  ];
}

/** Nothing for a proof that has not the shape of one, as anybody may send it with what is taken from anybody. */
function proofFiles(name: string, given: unknown, admission: Admission | undefined): [name: string, text: string][] {
  const proof = parseProof(given);
  if (!proof) return [];
  const said: [string, string] = [name, proof.statement];
  if ('signature' in proof) return [said, [`${name}.sig`, proof.signature]];
  if (!admission) return [said, [`${name}.jwt`, proof.idToken]];
  const key = createPublicKey({ key: admission.key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return [said, [`${name}.jwt`, proof.idToken], [`${name}.pem`, key.toString()]];
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
