import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';
import { isOneOf } from '../../model/one-of.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { AFTER_ENDS, IN_EACH_TURN } from './on-runs.ts';
import { BY_STATEMENT, IN_THE_CLEAR, WITHOUT_PROOF, type Attack } from './by-statement.ts';
import { BY_TOKEN } from './by-token.ts';
import { BY_ACTIVITY } from './by-activity.ts';
import { AFTERWARDS, BESIDE, onEvidence } from './by-workflow.ts';
import { notNow, takeTo, takeToEnd } from './in-turn.ts';
import { MECHANISMS, SWITCHES, type Mechanism } from './mechanisms.ts';
import { ON_CODEC_SERVER } from './on-codec-server.ts';
import { ESTATE, onStage, type Mode } from './on-stage.ts';
import type { Scene } from './scene.ts';

interface Succeeded {
  name: string;
  mode: Mode;
  without: readonly Mechanism[];
  got: string;
  held: boolean;
}

const NAMES = Object.keys(MECHANISMS) as Mechanism[];

/**
 * Tries each attack that a mechanism holds with what holds it switched off, and nothing else: it must succeed, or it would show nothing where it is held. `named`: mechanisms, or
 * `all`. Runs once more as a process of its own, whose modules have switches (`loader.ts`), as the worker's then have that it starts.
 */
export async function withoutIn(named: string, modes: readonly Mode[], json: boolean): Promise<void> {
  const unknown = named.split(',').find((name) => name !== 'all' && !isOneOf(NAMES, name));
  if (unknown !== undefined) throw new Error(`--without: ${unknown} is no mechanism; write all, or some of ${NAMES.join(',')}`);
  const switches = process.env[SWITCHES];
  if (switches === undefined) {
    process.exitCode = await again();
    return;
  }
  const told: Succeeded[] = [];
  const tell = (one: Succeeded) => {
    told.push(one);
    const line = json
      ? JSON.stringify(one)
      : `${one.held ? 'HELD ' : 'taken'}  ${one.mode}  without ${one.without.join(', ')}: ${one.name}: ${one.got}`;
    process.stdout.write(`${line}\n`);
  };
  for (const mode of modes.filter((m) => m !== 'asserted')) {
    const wanted = wantedIn(mode, named);
    if (wanted.waiting.length + wanted.ended('').length + wanted.inTurn.length + wanted.restores.length === 0) continue;
    await onStage(mode, async (scene) => await inMode(mode, wanted, scene, switches, tell), estateIn(join(switches, '..')));
  }
  const notReal = told.filter((t) => t.held).map((t) => `${t.mode}: ${t.name}`);
  const last = { attacks: told.length, real: told.length - notReal.length, notReal, notTried: wantedIn('entra', named).notTried };
  process.stdout.write(
    json ? `${JSON.stringify(last)}\n` : `${last.real} of ${last.attacks} attacks succeed once what holds them is switched off\n`,
  );
  process.exitCode = notReal.length === 0 ? 0 : 1;
}

async function again(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-attacks-'));
  const loader = pathToFileURL(join(import.meta.dirname, 'loader.ts')).href;
  const file = join(folder, 'switches.json');
  writeFileSync(file, '[]');
  const env = { ...process.env, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${loader}`, [SWITCHES]: file };
  try {
    const child = spawn(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing may be changed just now, so that an approval that is taken changes nothing; and whoever starts is an approver as well. */
function estateIn(folder: string): string {
  const estate = parse(readFileSync(ESTATE, 'utf8')) as { manifest: { approvers: string[] } & Record<string, unknown> };
  estate.manifest['windows'] = notNow();
  estate.manifest.approvers.push('sam.operator@contoso.example');
  const file = join(folder, 'estate.yaml');
  writeFileSync(file, stringify(estate));
  return file;
}

async function inMode(mode: Mode, wanted: Wanted, scene: Scene, switches: string, tell: (one: Succeeded) => void): Promise<number> {
  const attempt = async (attack: Attack) => {
    const { name, by: without = [] } = attack;
    writeFileSync(switches, JSON.stringify(without));
    const got = await attack.act(scene);
    writeFileSync(switches, '[]');
    tell({ name, mode, without, got, held: got.startsWith('refused') });
    if (attack.spoils) await scene.end();
  };
  // Where one succeeded another run begins: in this one something is decided.
  const atTheGate = async () => ((await scene.asks()) ? undefined : await scene.begin());
  for (const attack of wanted.waiting) {
    await atTheGate();
    await attempt(attack);
  }
  if (wanted.ended('').length > 0) {
    await atTheGate();
    const { gate, planHash = '' } = await scene.view();
    const said = { gate: 'plan', opening: gate?.opening ?? 1, planHash, by: scene.approver, reason: 'not now' };
    await scene.update('reject', await scene.signed('reject', said));
    const { evidence } = (await scene.run.result()) as OffboardingResult;
    for (const attack of wanted.ended(evidence)) await attempt(attack);
  }
  for (const attack of wanted.inTurn) {
    await takeTo(scene, attack.turn);
    await attempt(attack);
  }
  for (const attack of wanted.restores) {
    await takeToEnd(scene, attack.after);
    await attempt(attack);
  }
  return 0;
}

/** Attacks by the run that they need: one that waits, one that was rejected, or one that is at work. */
interface Wanted {
  waiting: Attack[];
  ended(evidence: string): Attack[];
  inTurn: typeof IN_EACH_TURN;
  restores: typeof AFTER_ENDS;
}

function wantedIn(mode: Mode, named: string): Wanted & { notTried: string[] } {
  const isWanted = ({ by }: Attack) => by !== undefined && (named === 'all' || by.some((b) => named.split(',').includes(b)));
  const waiting = [
    ...ON_CODEC_SERVER,
    ...BESIDE,
    ...BY_ACTIVITY,
    ...IN_THE_CLEAR,
    ...WITHOUT_PROOF,
    ...BY_STATEMENT,
    ...(mode === 'entra' ? BY_TOKEN : []),
  ];
  const ended = (evidence: string) => [...onEvidence(evidence), ...AFTERWARDS];
  return {
    waiting: waiting.filter(isWanted),
    ended: (evidence) => ended(evidence).filter(isWanted),
    inTurn: IN_EACH_TURN.filter(isWanted),
    restores: AFTER_ENDS.filter(isWanted),
    notTried: [...waiting, ...ended(''), ...AFTER_ENDS].filter((a) => a.by === undefined).map((a) => a.name),
  };
}
