import { counted } from '../../model/counted.ts';
import { EXIT_CODES, OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { isOneOf } from '../../model/one-of.ts';
import { parse } from 'yaml';
import { parseManifest } from '../../model/parse-manifest.ts';
import { USES, type Use } from '../../model/permission.ts';
import { workersKeys } from '../../security/keys.ts';
import { readText } from '../../security/files.ts';
import { isReady, mendsOf, renderDoctor, workerChecks, type Check } from '../render/doctor.ts';
import { examined } from '../run/examine.ts';
import { withSession, type Session } from '../run/session.ts';
import { temporalChecks } from '../run/temporal-checks.ts';
import type { Action, Io } from '../terminal/command.ts';
import { list, type Values } from '../terminal/values.ts';
import { connect, connectionSettings, profileSought } from '../../temporal/connect.ts';

export const doctor: Action = {
  async run({ positionals: [file], values, json }, io) {
    const { manifest, uses } = asked(file, values);
    const checks = await checksOf(io, { ...(manifest === undefined ? {} : { manifest }), uses });
    if (manifest === undefined)
      checks.push({
        about: 'manifest',
        state: 'not known',
        says: 'none was given: what the worker may do in your systems was not asked',
        mend: `name one (${spell(step('doctor', 'MANIFEST'), io.program)}); discover writes one`,
      });
    const ready = isReady(checks);
    io.out(json ? JSON.stringify({ ready, checks, mends: mendsOf(checks) }) : renderDoctor(checks));
    return ready ? 0 : EXIT_CODES.NotReady;
  },
};

/** The manifest as it was written, and what the worker is to be able to do: what a run of this manifest does, unless it is said. */
function asked(file: string | undefined, values: Values): { manifest?: unknown; uses: Use[] } {
  const named = list(values, 'for');
  const unknown = named?.find((use) => !isOneOf(USES, use));
  if (unknown !== undefined) throw new OffboardError('Usage', `--for: ${unknown} is no use; write some of ${USES.join(', ')}`);
  const only = named?.filter((use) => isOneOf(USES, use));
  if (file === undefined) return { uses: withDiscover(only ?? []) };
  const text = readText(file);
  const { mode } = parseManifest(file, text);
  return {
    manifest: parse(text) as unknown,
    uses: withDiscover(only ?? ['remove', ...(mode === 'quarantine' ? ['quarantine' as const] : [])]),
  };
}

/** Whoever does anything discovers, too. */
function withDiscover(uses: Use[]): Use[] {
  return USES.filter((use) => use === 'discover' || uses.includes(use));
}

/** From here to the clouds: where something on this side fails, nobody asks the worker, and what is known already is shown all the same. */
async function checksOf({ env, err, interactive }: Io, input: { manifest?: unknown; uses: Use[] }): Promise<Check[]> {
  const here = [...(await checked('keys', () => keyChecks(env))), ...(await checked('Temporal', () => serverChecks(env)))];
  if (!isReady(here)) return here;
  if (interactive) err('The worker asks the clouds.\n');
  return [...here, ...(await checked('worker', () => withSession({ env }, (session) => askedWorker(session, input))))];
}

/** What is found, or what is told of why nothing could be. */
async function checked(about: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof OffboardError) || error.code === 'InvalidValue') throw error;
    // One of the two could not read the other.
    if (error.code === 'StartRefused' || error.code === 'AnswerRefused') {
      const mend = 'take the worker’s OFFBOARD_HOME or OFFBOARD_KEYS here; where they are the same, look who else polls its task queue';
      return [{ about: 'keys', state: 'bad', says: 'the worker and this machine do not read what the other encrypts', mend }];
    }
    const [says = '', ...mend] = error.message.split('; ');
    return [{ about, state: 'bad', says, mend: mend.join('; ') || error.message }];
  }
}

function keyChecks(env: NodeJS.ProcessEnv): Promise<Check[]> {
  const { keys } = workersKeys(env);
  return Promise.resolve([{ about: 'keys', state: 'ok', says: `${counted(keys.size, 'payload key')} here` }]);
}

async function serverChecks(env: NodeJS.ProcessEnv): Promise<Check[]> {
  const settings = connectionSettings(env);
  if (!settings) throw new OffboardError('NoServer', `no Temporal server is named: ${profileSought(env)}; set TEMPORAL_ADDRESS`);
  const connection = await connect(settings);
  try {
    return await temporalChecks(connection, settings);
  } finally {
    await connection.close();
  }
}

async function askedWorker(session: Session, input: { manifest?: unknown; uses: Use[] }): Promise<Check[]> {
  const exam = await examined(session, input);
  const says = `polls the task queue ${session.taskQueue}, and reads what this machine encrypts`;
  return [{ about: 'worker', state: 'ok', says }, ...workerChecks(exam)];
}
