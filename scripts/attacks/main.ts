import { parseArgs } from 'node:util';
import { isOneOf } from '../../model/one-of.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { AFTER_ENDS, IN_EACH_TURN } from './on-runs.ts';
import { BY_STATEMENT, IN_THE_CLEAR, WITHOUT_PROOF, type Attack } from './by-statement.ts';
import { BY_ACTIVITY } from './by-activity.ts';
import { AFTERWARDS, BESIDE, onEvidence } from './by-workflow.ts';
import { BY_TOKEN } from './by-token.ts';
import { inEachTurn, takeToEnd } from './in-turn.ts';
import { ON_CODEC_SERVER } from './on-codec-server.ts';
import { MODES, onStage, type Mode } from './on-stage.ts';
import type { Scene } from './scene.ts';
import { withoutIn } from './without.ts';

/**
 * `npm run attacks -- [--mode MODE] [--json]`: tries to decide in a run without being who one says, on a pretend estate, once for each way in which the worker's policy
 * may know people, or in one of them. Each attack is a line; the last one tells how many held. With `asserted` names prove nothing: what succeeds there shows that the
 * attack is real, and is listed apart. Ends with 0 only when all held where proofs are demanded, and nothing was changed in the clouds. `--without MECHANISM[,MECHANISM…]`, or `all`:
 * tries that each succeeds as soon as what holds it is switched off (`without.ts`).
 */
interface Tried {
  name: string;
  mode: Mode;
  tried: string;
  expected: string;
  got: string;
  held: boolean;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, mode: { type: 'string' }, without: { type: 'string' } },
  });
  const { mode, without } = values;
  if (mode !== undefined && !isOneOf(MODES, mode)) throw new Error(`--mode: ${mode} is none of ${MODES.join(', ')}`);
  const modes = mode === undefined ? MODES : [mode];
  if (without !== undefined) return await withoutIn(without, modes, values.json);
  const told: Tried[] = [];
  const tell = (tried: Tried) => {
    told.push(tried);
    const line = values.json ? JSON.stringify(tried) : `${tried.held ? 'held ' : 'TAKEN'}  ${tried.mode}  ${tried.name}: ${tried.got}`;
    process.stdout.write(`${line}\n`);
  };
  let changed = 0;
  for (const one of modes) changed += one === 'asserted' ? await underAsserted(tell) : await underProof(one, tell);
  const broken = told.filter((t) => t.mode !== 'asserted' && !t.held).map((t) => `${t.mode}: ${t.name}`);
  const asserted = told.filter((t) => t.mode === 'asserted' && !t.held).map((t) => t.name);
  const attacks = told.filter((t) => t.mode !== 'asserted').length;
  // What shows that an attack is real need not succeed: only where proofs are demanded all must hold.
  const last = { attacks, held: attacks - broken.length, broken, asserted, changed };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(last)}\n`
      : `${last.held} of ${attacks} attacks held; ${asserted.length} succeed where names are asserted\n`,
  );
  process.exitCode = broken.length === 0 && changed === 0 ? 0 : 1;
}

/** Proofs are demanded. Returns how many objects of the estate were changed by attacks. */
async function underProof(mode: 'ssh' | 'entra', tell: (tried: Tried) => void): Promise<number> {
  return await onStage(mode, async (scene) => {
    await scene.begin();
    const ofMode = mode === 'entra' ? BY_TOKEN : [];
    for (const attack of [...IN_THE_CLEAR, ...WITHOUT_PROOF, ...BY_STATEMENT, ...ofMode, ...BESIDE, ...BY_ACTIVITY, ...ON_CODEC_SERVER])
      tell(await judged(attack, mode, scene));
    const { ours, untouched } = await scene.stage.sandbox.report();
    const changed = untouched.changed.length + (ours.objects - ours.left.length) + ours.altered.length;
    const { gate, planHash = '' } = await scene.view();
    if (gate === undefined) throw new Error('the run waits for nobody any more');
    // The run still hears whoever is who they say.
    const said = { gate: 'plan', opening: gate.opening, planHash, by: scene.approver, reason: 'not now' };
    const rejected = await scene.update('reject', await scene.signed('reject', said));
    tell({
      name: 'a right, proved reject',
      mode,
      tried: 'after all of these',
      expected: 'taken',
      got: rejected,
      held: rejected === 'taken',
    });
    const { evidence } = (await scene.run.result()) as OffboardingResult;
    for (const attack of [...AFTERWARDS, ...onEvidence(evidence)]) tell(await judged(attack, mode, scene));
    return changed + (await inTurn(mode, scene, tell));
  });
}

/** The same in each turn of a run that goes on, and of runs that ended. Returns how many objects were changed meanwhile. */
async function inTurn(mode: Mode, scene: Scene, tell: (tried: Tried) => void): Promise<number> {
  let changed = 0;
  const counts = async () => {
    const { ours, untouched } = await scene.stage.sandbox.report();
    return untouched.changed.length + ours.altered.length - ours.left.length;
  };
  const attack = async (attacks: readonly Attack[]) => {
    const before = await counts();
    for (const one of attacks) tell(await judged(one, mode, scene));
    changed += (await counts()) - before;
  };
  await inEachTurn(scene, (turn) => attack(IN_EACH_TURN.filter((a) => a.turn === turn)));
  for (const after of ['removal', 'quarantine'] as const) {
    await takeToEnd(scene, after);
    await attack(AFTER_ENDS.filter((a) => a.after === after));
  }
  return changed;
}

/** Names are asserted: the same without proofs, to show what is real. */
async function underAsserted(tell: (tried: Tried) => void): Promise<number> {
  return await onStage('asserted', async (scene) => {
    const { proof: _, ...input } = (await scene.startInput()) as { proof: unknown };
    await scene.session.client.workflow.start('offboarding', {
      workflowId: scene.workflowId,
      taskQueue: scene.session.taskQueue,
      args: [input],
    });
    await scene.until((v) => v.gate?.gate === 'plan');
    const start = BESIDE.filter((a) => a.name.startsWith('start'));
    const approve = IN_THE_CLEAR.filter((a) => a.name === 'approve in the clear, as a signal');
    for (const attack of [...start, ...approve]) tell(await judged(attack, 'asserted', scene));
    return 0;
  });
}

async function judged(attack: Attack, mode: Mode, scene: Scene): Promise<Tried> {
  const got = await attack.act(scene);
  const refused = got.startsWith('refused');
  const held = refused && (mode === 'asserted' || attack.expected === undefined || attack.expected.test(got));
  return {
    name: attack.name,
    mode,
    tried: attack.tried,
    expected: attack.expected ? `refused: ${attack.expected.source}` : 'refused',
    got,
    held,
  };
}

await run();
