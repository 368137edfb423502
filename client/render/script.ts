import { SCRIPTS } from '../../activities/scripts.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemType, type Phase } from '../../model/names.ts';
import type { Plan, PlanItem, Untouched } from '../../model/plan.ts';
import type { RestoreItem, RestorePlan } from '../../model/restore.ts';
import { comment } from '../../model/shell.ts';
import { phasesOf } from '../../model/summary-words.ts';

/** What stands at the top of a script. */
export interface ScriptSource {
  /** Journal of the run whose items these are. */
  run: string;
  hash: string;
  manifest: Manifest;
  now: Date;
}

/** Asks for what no command can do; goes on only after a yes. */
const BY_HAND = String.raw`
offboard_by_hand() {
  local answer=''
  read -r -p "$1 Type yes when that is done: " answer || true
  if [[ $answer != yes ]]; then echo "stopped here: $1" >&2; exit 3; fi
}`;

/** What a script does not do: a read or two by a command is no second judgement. */
const NOT_JUDGED_AGAIN = [
  'NOT JUDGED AGAIN. Right before each removal the run asks who uses the thing by then, and holds what has changed. This script does not. It checks that',
  'roles and policies in AWS and service accounts are the same ones by their unique id, that nobody is attached to a policy, and that nobody else trusts a',
  'client id. Who was given something since the plan was made, a new user, another audience, another right under the same name, is not seen, and loses it.',
  'The run is the safe way. Whoever takes this one has the plan made anew first, and runs the script at once.',
];

/**
 * The plan as a bash script: item by item the commands a person would run, in the plan's order (the portal's "Generate Script"). What a
 * guard holds, and what waits for that, is commented out with the reason. It keeps no journal and asks for no approval.
 */
export function removalScript({ plan, ...source }: ScriptSource & { plan: Plan }): string {
  return script('removes', plan.items, source, heldItems(plan.items), {});
}

/** The same the other way round: with each item what of it is lost, and first of all what cannot be given back, and why. */
export function restoreScript({ plan, ...source }: ScriptSource & { plan: Pick<RestorePlan, 'items' | 'untouched'> }): string {
  return script('restores', plan.items, source, new Map(), { restores: source.run, untouched: plan.untouched });
}

function script(
  what: 'removes' | 'restores',
  items: (PlanItem | RestoreItem)[],
  { run, hash, manifest, now }: ScriptSource,
  held: ReadonlyMap<string, string>,
  about: { restores?: string; untouched?: Untouched[] },
): string {
  const types = [...new Set(items.map((i) => systemType(i.system)))].toSorted();
  const lines = [
    '#!/usr/bin/env bash',
    comment(
      `This script ${what === 'removes' ? 'removes what the plan of this run lists' : 'gives back what this run removed'}. Read it before you run it.`,
    ),
    comment(`Run:  ${run}`),
    comment(`Plan: ${hash}`),
    comment(`Made: ${now.toISOString()}`),
    comment('It needs the official CLIs (aws, az, gcloud), signed in. Nothing it does is journaled or approved: offboard does both.'),
    ...(what === 'removes' ? NOT_JUDGED_AGAIN.map(comment) : []),
    ...(about.untouched ?? []).map((u) => comment(`NOT GIVEN BACK: ${u.id}: ${u.reason}`)),
    'set -euo pipefail',
    ...BY_HAND.split('\n'),
    ...types.flatMap((type) => ['', ...SCRIPTS[type].prelude(manifest)]),
  ];
  let entered: string | undefined;
  for (const [n, { phase, title }] of phasesOf(about).entries()) {
    const inPhase = items.filter((i) => i.phase === phase);
    if (inPhase.length === 0) continue;
    lines.push('', comment(`${n + 1}. ${title}`));
    if (what === 'removes') lines.push(...before(phase, items, held));
    for (const item of inPhase) {
      const reason = held.get(item.id);
      if (reason === undefined && item.system !== entered) {
        lines.push('', ...SCRIPTS[systemType(item.system)].enter(item.system, manifest));
        entered = item.system;
      }
      lines.push('', comment(`${item.title} (${item.id})`), comment(`why: ${item.why.join('; ')}`));
      if ('losses' in item) lines.push(...item.losses.map((loss) => comment(`NOT THE SAME: ${loss}`)));
      const commands = commandsOf(item, what);
      if (reason === undefined) lines.push(...commands);
      else lines.push(comment(`HELD: ${reason}`), ...commands.flatMap((c) => c.split('\n')).map((line) => `# ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Sign-in stays on while a collector may still collect (guide, last heading); deleting collectors is done by hand. */
function before(phase: Phase, items: PlanItem[], held: ReadonlyMap<string, string>): string[] {
  const collectors = items.filter((i) => i.phase === 'data-collection');
  const goes = items.some((i) => i.phase === 'sign-in' && !held.has(i.id));
  if (phase !== 'sign-in' || collectors.length === 0 || !goes) return [];
  return [`offboard_by_hand 'Delete the ${collectors.length} data collectors above, as the comments say.'`];
}

function commandsOf(item: PlanItem, what: 'removes' | 'restores'): string[] {
  const kind = SCRIPTS[systemType(item.system)].kinds[item.kind];
  if (!kind) return [comment('no command is known for it: it is done by hand')];
  return what === 'removes' ? kind.remove(item) : kind.restore(item);
}

/** Guarded items, and whatever needs one of them gone first, by id with the reason. */
function heldItems(items: PlanItem[]): Map<string, string> {
  const held = new Map<string, string>();
  for (const { id, guard } of items) if (guard) held.set(id, `${guard.code}: ${guard.reason}`);
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const item of items) {
      const waits = item.dependsOn.find((id) => held.has(id));
      if (waits !== undefined && !held.has(item.id)) held.set(item.id, `waits for ${waits}`);
    }
  }
  return held;
}
