import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attend, type People } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { setStage, type Stage } from '../../client/demo/stage.ts';
import { openSession } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import { OffboardError } from '../../model/errors.ts';
import type { RunView } from '../../model/messages/status.ts';
import { minus } from '../calls.ts';
import { processWith, usedBy } from '../processes.ts';
import { STARTER } from '../durable.ts';
import type { MotoEstate } from './estate.ts';
import type { Front } from './front.ts';
import type { Took } from './took.ts';

/** What a run took: from the approval of its plan to the end of phase 1, and for its discovery. */
export interface DurableOnMoto {
  phase1: Took;
  discovery: Took;
}

/** Takes the estate through all phases, AWS in moto behind the front, the rest in a sandbox. */
export async function durableOnMoto(estate: MotoEstate, front: Front, motoPid: number, folder: string, tell: (line: string) => void) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'estate.json');
  writeFileSync(file, JSON.stringify({ manifest: estate.manifest, objects: estate.beside }));
  const stage = await setStage({
    estate: file,
    folder: join(folder, 'durable'),
    keep: false,
    clouds: { AWS_ENDPOINT_URL_STS: front.url, AWS_ENDPOINT_URL_IAM: front.url },
    progress: () => undefined,
  });
  try {
    return await measured(stage, front, motoPid, tell);
  } finally {
    await stage.strike();
  }
}

async function measured(stage: Stage, front: Front, motoPid: number, tell: (line: string) => void): Promise<DurableOnMoto> {
  const worker = processWith(join('worker', 'main.ts'));
  const now = () => ({
    at: performance.now(),
    calls: front.calls(),
    client: usedBy(worker).cpu,
    server: usedBy(motoPid).cpu,
  });
  type Moment = ReturnType<typeof now>;
  const between = (from: Moment | undefined, to: Moment | undefined): Took => {
    if (!from || !to) throw new OffboardError('Internal', 'a stage of the run was not seen');
    const calls = minus(to.calls, from.calls);
    return {
      seconds: (to.at - from.at) / 1000,
      clientCpu: to.client - from.client,
      serverCpu: to.server - from.server,
      calls,
      most: front.most(),
    };
  };
  const session = await openSession(stage.env);
  try {
    const began = now();
    const seen = new Map<string, Moment>();
    const see = ({ stage: name }: Pick<RunView, 'stage'>) => {
      if (!seen.has(name)) seen.set(name, now());
      return Promise.resolve();
    };
    const { handle } = await startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false });
    const played = playedPeople(session, stage.manifest.approvers[0] ?? STARTER, stage.sandbox, tell);
    let approved: Moment | undefined;
    const people: People = {
      ...played,
      see,
      async gate(view, signal) {
        if (view.gate?.gate === 'plan') {
          approved ??= now();
          front.fresh();
        }
        await played.gate(view, signal);
      },
    };
    const result = await attend(handle, people, tell);
    if (result.status !== 'completed') throw new OffboardError('NotClean', `the run on moto ended ${result.status}`);
    const after = [...seen].findIndex(([name]) => name === 'permissions') + 1;
    const [, end] = [...seen][after] ?? [];
    return { phase1: between(approved, end), discovery: between(began, seen.get('plan')) };
  } finally {
    await session.close();
  }
}
