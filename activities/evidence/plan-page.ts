import { counted } from '../../model/counted.ts';
import { NOT_RECOGNISED } from '../../model/guards/foreign.ts';
import { ASSERTED, type Identity } from '../../model/identity/how.ts';
import {
  nativeId,
  PHASE_TITLES,
  RISK_MEANINGS,
  RISKS,
  RESTORE_TITLES,
  SYSTEM_TYPE_NAMES,
  systemType,
  type Risk,
} from '../../model/names.ts';
import type { SystemId } from '../../model/names.ts';
import { step } from '../../model/next-step.ts';
import { planHash, type Plan, type PlanItem, type Untouched } from '../../model/plan.ts';
import { isRestorePlan, type Undoing } from '../../model/restore.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import { isToldFirst } from '../../model/told-first.ts';
import type { PlanAsked } from './asked.ts';
import { statementForm } from './statement-form.ts';
import { command, esc, hashed, heading, page, terms } from './html.ts';

/**
 * Pure: a plan as one page, for whoever is to approve it and, in the evidence, for whoever asks later what was approved. What goes stands in it by account,
 * worst first. The hash is computed of just the plan that is shown. `undo`: of all of it, were it removed when the plan was made.
 */
export function planPage(plan: Plan, asked: PlanAsked, undo: readonly Undoing[]): string {
  const hash = planHash(plan);
  const restores = isRestorePlan(plan) ? plan.restores : undefined;
  const words = restores === undefined ? REMOVAL : RESTORE;
  const places: Places = new Map(
    byAccount(plan.items)
      .flatMap((a) => a.items)
      .map((i, n) => [i.id, { at: `i${n}`, title: i.title }]),
  );

  const body = [
    `<h1>${words.title}</h1>`,
    state(asked),
    ...warnings(plan),
    `<p class="soft">Hash of this plan (SHA-256), computed of what is shown here:</p><p>${hashed(hash)}</p>`,
    terms([
      ['Tenant', plan.tenantId],
      ['Run', asked.run],
      ...(restores === undefined ? [] : [['Gives back what was removed by', restores] as [string, string]]),
      ['Asked for by', `${asked.startedBy}, ${moment(asked.startedAt)}`],
      ...asked.gates.slice(0, -1).map((g): [string, string] => [`Gate ${g.gate}, opening ${g.opening}`, gateWords(g)]),
    ]),
    asked.identity === 'asserted' ? `<p class="note plain">${esc(ASSERTED)}</p>` : '',
    counts(plan, words),
    named(
      `Take-over rights that ${words.go}`,
      plan.items.filter((i) => i.risk === 'takeover'),
      places,
    ),
    held(plan.items, places),
    told(
      'Could not be read',
      plan.unknown.map((u) => `${systemName(u.system)}: ${u.reason}`),
      'system',
    ),
    told(
      'Cannot be undone',
      undo.flatMap((u) => (u.impossible === undefined ? [] : [`${u.title}: ${u.impossible}`])),
      'thing',
    ),
    told(
      'Left out by the manifest: nothing is known of these',
      (plan.excluded ?? []).map((e) => `${systemName(e.system)}: ${e.rule}`),
      'system',
    ),
    heading(words.what, plan.items.length, 'item'),
    `<p class="soft">By account, worst first: ${RISKS.map((r) => `${mark(r)} ${RISK_MEANINGS[r]}`).join('; ')}.</p>`,
    ...byAccount(plan.items).map((account) => accountSection(account, places)),
    staying(plan.untouched, words.stays),
    decide(asked, hash),
  ];
  return page(`${words.title}: ${plan.tenantId}`, body.filter(Boolean).join('\n'));
}

/** By an item's id: the anchor where it stands on the page, and its title. */
type Places = ReadonlyMap<string, { at: string; title: string }>;

const REMOVAL = {
  title: 'Plan: what goes when Microsoft Entra Permissions Management is taken out',
  go: 'go',
  what: 'What goes, and why',
  stays: 'What stays, and why',
  phases: PHASE_TITLES,
};
const RESTORE = {
  title: 'Plan: what is given back of what an offboarding removed',
  go: 'come back',
  what: 'What comes back',
  stays: 'What does not come back, and why',
  phases: RESTORE_TITLES,
};

/** Whether it waits for a decision, until when; or what was decided. */
function state({ gates, ended }: PlanAsked): string {
  const last = gates.at(-1);
  if (ended !== undefined || last === undefined) {
    const words = last === undefined ? 'Nobody has been asked about this plan.' : `Gate ${last.gate}: ${gateWords(last)}.`;
    return `<p class="status ${last?.outcome ?? 'waits'}"><b>${esc(words)}</b>${ended === undefined ? '' : ` The run has ended: ${esc(ended)}.`}</p>`;
  }
  const verb = last.outcome === undefined && last.decided === undefined ? 'waits' : (last.outcome ?? last.decided ?? '');
  return `<p class="status ${verb}"><b>${esc(`Gate ${last.gate}, opening ${last.opening}: ${gateWords(last)}.`)}</b>${verb === 'waits' ? ' Silence never approves. <a href="#decide">How to decide</a>' : ''}</p>`;
}

function gateWords({ openedAt, expiresAt, outcome, decided, approvals = [] }: PlanAsked['gates'][number]): string {
  const by = approvals.map((a) => `${a.decision.by}, ${moment(a.at)} (${a.decision.reason})`).join(', ');
  const end = outcome ?? decided;
  if (end === 'approved') return `approved by ${by}`;
  const given = by === '' ? '' : `; approved by ${by}`;
  return end === undefined ? `waits for a decision until ${moment(expiresAt)}, asked since ${moment(openedAt)}${given}` : `${end}${given}`;
}

/** A time in ISO as a person reads it. */
const moment = (iso: string): string => iso.replace(/^(.{10})T(.{8})\.\d+Z$/, '$1 $2 UTC');

function warnings(plan: Plan): string[] {
  const first = plan.warnings.filter(isToldFirst);
  const rest = plan.warnings.filter((w) => !isToldFirst(w));
  return [
    ...first.map((w) => `<p class="note"><b>Warning:</b> ${esc(w)}.</p>`),
    ...rest.map((w) => `<p class="note plain"><b>Warning:</b> ${esc(w)}.</p>`),
  ];
}

function counts({ items, untouched }: Plan, { phases }: typeof REMOVAL): string {
  const line = (title: string, of: PlanItem[]) => {
    const risks = RISKS.map((risk) => ({ risk, count: of.filter((i) => i.risk === risk).length })).filter(({ count }) => count > 0);
    const told = risks.map(({ risk, count }) => `${mark(risk)} ${count}`).join(', ');
    return `<li>${esc(title)}: ${counted(of.length, 'item')}${told === '' ? '' : ` (${told})`}`;
  };
  const each = Object.entries(phases).map(([phase, title]) =>
    line(
      title,
      items.filter((i) => i.phase === phase),
    ),
  );
  return `<h2>In short</h2>
<ul>${each.join('')}${line('All', items)}<li>Not touched: ${counted(untouched.length, 'thing')}</ul>`;
}

const RISK_WORDS: Record<Risk, string> = { takeover: 'take-over', write: 'write', read: 'read', none: 'no right' };
const mark = (risk: Risk): string => `<span class="mark ${risk}">${RISK_WORDS[risk]}</span>`;

/** Some items by name, each of which leads to where it stands whole. */
function named(title: string, items: PlanItem[], places: Places): string {
  return items.length === 0 ? '' : `${heading(title, items.length, 'item')}${list(items, places)}`;
}

function list(items: PlanItem[], places: Places): string {
  const entry = (i: PlanItem) =>
    `<li><a href="#${places.get(i.id)?.at ?? ''}"><bdi>${esc(i.title)}</bdi></a>, ${esc(systemName(i.system))}`;
  return `<ul>${items.map(entry).join('')}</ul>`;
}

/** What is held for one reason stands together: it is decided about together. */
function held(items: PlanItem[], places: Places): string {
  const reasons = Map.groupBy(
    items.filter((i) => i.guard),
    (i) => `${i.guard?.code ?? ''}: ${i.guard?.reason ?? ''}`,
  );
  if (reasons.size === 0) return '';
  const all = [...reasons.values()].flat();
  const entries = [...reasons].map(([why, of]) => `<li>${esc(why)}${list(of, places)}`);
  return `${heading('Held until an approver decides', all.length, 'item')}<ul>${entries.join('')}</ul>`;
}

function told(title: string, entries: string[], thing: string): string {
  return entries.length === 0 ? '' : `${heading(title, entries.length, thing)}<ul>${entries.map((e) => `<li>${esc(e)}`).join('')}</ul>`;
}

interface Account {
  system: SystemId;
  items: PlanItem[];
}

/** Accounts with the worst rights first, and in each the worst first; else as the plan has them. */
function byAccount(items: readonly PlanItem[]): Account[] {
  const accounts = [...Map.groupBy(items, (i) => i.system)].map(([system, of]) => ({
    system,
    items: of.toSorted((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk)),
  }));
  const worst = ({ items: of }: Account) => RISKS.map((risk) => of.filter((i) => i.risk === risk).length);
  return accounts.toSorted((a, b) => {
    const [mine, theirs] = [worst(a), worst(b)];
    const at = mine.findIndex((count, n) => count !== theirs[n]);
    return at === -1 ? 0 : (theirs[at] ?? 0) - (mine[at] ?? 0);
  });
}

function accountSection({ system, items }: Account, places: Places): string {
  return `<h3>${esc(systemName(system))} <span class="soft">${counted(items.length, 'item')}</span></h3>\n${items.map((i) => itemCard(i, places)).join('\n')}`;
}

function itemCard(item: PlanItem, places: Places): string {
  const losses = 'losses' in item ? (item.losses as string[]) : [];
  const lines = [
    `<p>${mark(item.risk)} <b><bdi>${esc(item.title)}</bdi></b></p>`,
    `<p class="id"><code><bdi>${esc(item.id)}</bdi></code></p>`,
    item.onlyNamed ? `<p class="held">${esc(NOT_RECOGNISED)}: ${esc(item.why.join('; '))}</p>` : `<p>Ours: ${esc(item.why.join('; '))}</p>`,
    item.guard ? `<p><span class="held">Held (${esc(item.guard.code)}):</span> ${esc(item.guard.reason)}</p>` : '',
    item.override === undefined ? '' : `<p><span class="held">Guard lifted:</span> ${esc(item.override)}</p>`,
    ...losses.map((loss) => `<p><span class="held">Not the same:</span> ${esc(loss)}</p>`),
    item.dependsOn.length === 0 ? '' : `<p class="soft">After ${waited(item.dependsOn, places)}</p>`,
  ];
  return `<article class="${item.risk}" id="${places.get(item.id)?.at ?? ''}">${lines.filter(Boolean).join('')}</article>`;
}

/** What an item waits for: the first few by name, since a pool waits for all of its accounts. */
function waited(ids: string[], places: Places): string {
  const first = ids.slice(0, MOST_NAMED).map((id) => {
    const place = places.get(id);
    return place ? `<a href="#${place.at}"><bdi>${esc(place.title)}</bdi></a>` : `<code><bdi>${esc(id)}</bdi></code>`;
  });
  return `${first.join('; ')}${ids.length > MOST_NAMED ? `; and ${ids.length - MOST_NAMED} more` : ''}`;
}

const MOST_NAMED = 3;

function staying(untouched: readonly Untouched[], title: string): string {
  const accounts = [...Map.groupBy(untouched, (u) => u.system)].map(([system, of]) => {
    const entries = of.map(
      (u) => `<li>${u.maybeOurs === undefined ? '' : `${mark(u.maybeOurs)} `}<code><bdi>${esc(u.id)}</bdi></code><br>${esc(u.reason)}`,
    );
    return `<h3>${esc(systemName(system))} <span class="soft">${counted(of.length, 'thing')}</span></h3>\n<ul>${entries.join('')}</ul>`;
  });
  return [heading(title, untouched.length, 'thing'), ...accounts].join('\n');
}

const systemName = (system: SystemId): string => `${SYSTEM_TYPE_NAMES[systemType(system)]} ${nativeId(system)}`;

/** How one decides about it, while it can be decided about. */
function decide(asked: PlanAsked, hash: string): string {
  const run = workflowIdIn(asked.run);
  const gate = asked.ended === undefined ? asked.gates.findLast((g) => g.outcome === undefined && g.decided === undefined) : undefined;
  const check = `<p>That this page shows the plan with this hash, read it once more by your own command: <code>${command(step('plan', run))}</code></p>`;
  if (!gate) return '';
  const words = ['--gate', gate.gate, '--opening', String(gate.opening), '--plan-hash', hash, '--by', 'NAME', '--reason', 'TEXT'];
  const bySignal =
    asked.identity !== 'ssh'
      ? ''
      : `<p>Or have it signed and printed, to be sent as a signal from the Temporal UI:</p>\n<pre>${command(step('sign', 'approve', run, ...words))}</pre>\n`;
  return `<h2 id="decide">How to decide</h2>
${check}
<p>Approving makes this statement${asked.identity === 'asserted' ? '' : ', and nothing that is not in it is acted on'}:</p>
<pre>${statementForm(asked, { gate: gate.gate, opening: gate.opening, planHash: hash }).split('\n').map(esc).join('\n')}</pre>
<p>${HOW_TO_SIGN[asked.identity]}</p>
<pre>${command(step('approve', run, ...words))}</pre>
${bySignal}<p>To stop it safely instead:</p>
<pre>${command(step('reject', run, ...words))}</pre>`;
}

const HOW_TO_SIGN: Record<Identity, string> = {
  ssh: 'Sign and send it with your SSH key (add <code>--sign-with FILE</code>, or set OFFBOARD_SSH_KEY):',
  entra: 'Send it; before that you are asked to sign in with Entra ID, for just this statement:',
  asserted: 'Nothing is signed here. Send it:',
};
