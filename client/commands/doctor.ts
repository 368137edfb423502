import { EXIT_CODES, OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { isOneOf } from '../../model/one-of.ts';
import { parse } from 'yaml';
import { parseManifest } from '../../model/parse-manifest.ts';
import { USES, type Use } from '../../model/permission.ts';
import { readText } from '../../security/files.ts';
import { mendsOf, renderDoctor, workerChecks, type Check } from '../render/doctor.ts';
import { examined } from '../run/examine.ts';
import { openSession, type Session } from '../run/session.ts';
import { temporalChecks } from '../run/temporal-checks.ts';
import type { Action, Io } from '../terminal/command.ts';
import { list, type Values } from '../terminal/values.ts';
import { connectionSettings } from '../../temporal/connect.ts';

export const doctor: Action = {
  async run({ positionals: [file], values, json }, io) {
    const { manifest, uses } = asked(file, values);
    const checks = await checksOf(io, { ...(manifest === undefined ? {} : { manifest }), uses });
    if (manifest === undefined)
      checks.push({
        about: 'manifest',
        state: 'not known',
        says: 'none was given: what the worker may do in your systems was not asked',
        mend: `name one: ${spell(step('doctor', 'MANIFEST'), io.program)}; discover writes one`,
      });
    const ready = mendsOf(checks).length === 0;
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

/** From here to the clouds: what cannot be asked ends the list, and what is known already is shown all the same. */
async function checksOf(io: Io, input: { manifest?: unknown; uses: Use[] }): Promise<Check[]> {
  const checks: Check[] = [];
  let session: Session | undefined;
  try {
    session = await openSession(io.env);
    checks.push({ about: 'keys', state: 'ok', says: 'the payload keys are here' });
    const settings = connectionSettings(io.env);
    if (settings) checks.push(...(await temporalChecks(session.connection, settings)));
    const exam = await examined(session, input);
    checks.push(
      { about: 'worker', state: 'ok', says: `polls the task queue ${session.taskQueue}; its payload keys are these` },
      ...workerChecks(exam),
    );
  } catch (error) {
    if (!(error instanceof OffboardError) || error.code === 'InvalidValue') throw error;
    checks.push(troubleOf(error));
  } finally {
    await session?.close();
  }
  return checks;
}

/** What ended the asking, by where it lies. */
function troubleOf({ code, message }: OffboardError): Check {
  if (code === 'NoKeys') return { about: 'keys', state: 'bad', says: message, mend: 'take OFFBOARD_HOME or OFFBOARD_KEYS of the worker' };
  if (code === 'NoServer') return { about: 'Temporal', state: 'bad', says: message };
  if (code === 'StartRefused')
    return {
      about: 'keys',
      state: 'bad',
      says: `the worker cannot read what this machine encrypts: ${message}`,
      mend: 'take the worker’s OFFBOARD_HOME or OFFBOARD_KEYS here',
    };
  return { about: 'worker', state: 'bad', says: message };
}
