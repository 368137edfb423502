import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { setStage } from '../../client/demo/stage.ts';
import { openSession } from '../../client/run/session.ts';
import { homeOf } from '../../security/files.ts';
import { loadKeys } from '../../security/keys.ts';
import { userCache } from '../../temporal/user-cache.ts';
import { signInSigners } from '../attacks/signers.ts';
import { canariesOf, idTokenCanary, otpCanary, spoken, webhookCanaries } from './canaries.ts';
import { filesIn, histories } from './places.ts';
import { Processes } from './processes.ts';
import { runInTheClear, wholeRun } from './run.ts';
import { search, type Hit } from './search.ts';
import { webhook } from './webhook.ts';

/**
 * `npm run check:secrets -- [--json]`: takes a pretend estate out, and searches all that is left behind for every secret of that run: raw, in base64, in hex, in URLs. A secret
 * that is where it may not be is a line on stderr, by what it is and where, never by its value. `twin`: in how many places the words of a run in the clear were found, which shows
 * that the search sees. Ends with 0 only when nothing was found, and the twin was.
 */
export interface Secrets {
  searchedBytes: number;
  places: number;
  canaries: number;
  found: number;
  /** Hits where the secret may be. */
  allowed: number;
  twin: number;
  seconds: number;
}

const ESTATE = resolve(import.meta.dirname, '..', '..', 'estates', 'default.yaml');

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const began = Date.now();
  const folder = resolve('.offboard', 'secrets');
  process.env['OFFBOARD_EVIDENCE_DIR'] = resolve(folder, 'evidence');
  process.env['LOG_LEVEL'] = 'trace';
  const hook = await webhook();
  Object.assign(process.env, hook.env);
  // What bundles the workflows is a process, too: it is looked at.
  rmSync(join(userCache(process.env), 'workflows'), { recursive: true, force: true });
  const processes = new Processes();
  processes.begin();
  const said: string[] = [];
  const people = ['sam.operator@contoso.example', 'riley.approver@contoso.example', 'dana.otp@contoso.example'];
  const signers = signInSigners(ESTATE, `${folder}-estate.yaml`, people, 'nobody');
  // Names are taken at their word, or the twin could not begin; the manifest of the run itself has everybody sign in.
  const policy = (sandbox: string) => ({ ...signers.policy(sandbox), identity: 'asserted' });
  const stage = await setStage({ estate: signers.estate, folder, keep: false, policy, progress: (line) => void said.push(line) });
  const ca = join(folder, 'sandbox', 'ca.pem');
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(ca, 'utf8')]);
  const words = [`canary-${randomBytes(12).toString('hex')}`, `canary+${randomBytes(12).toString('hex')}`] as const;
  // They are the worker's: whoever types commands does not have them.
  for (const name of Object.keys(hook.env)) delete stage.env[name];
  let told: Awaited<ReturnType<typeof wholeRun>>;
  let places: Awaited<ReturnType<typeof histories>>;
  try {
    const session = await openSession(stage.env);
    try {
      await runInTheClear(stage, session, words[1]);
      told = await wholeRun(stage, session, words[0], { ...signers, ca });
      places = await histories(session, loadKeys(homeOf(stage.env).keys, stage.env));
    } finally {
      await session.close();
    }
  } finally {
    await stage.strike();
  }
  const canaries = [
    ...canariesOf(folder, stage.env),
    ...webhookCanaries(hook),
    ...told.codes.map(otpCanary),
    ...told.tokens.map(idTokenCanary),
    spoken(words[0]),
  ];
  const twin = spoken(words[1]);
  const all = [
    ...places,
    ...filesIn("Temporal's database", folder, 'temporal.db*'),
    ...filesIn("the records' database", homeOf(stage.env).folder, 'records.sqlite*'),
    ...filesIn('logs', resolve(folder, 'logs')),
    ...filesIn('evidence', resolve(folder, 'evidence')),
    ...told.outputs,
    ...hook.end(),
    { name: 'output of the stage', bytes: Buffer.from(said.join('\n')) },
    ...(await processes.end()),
  ];
  const hits = search(canaries, all);
  const found = hits.filter((h) => h.allowed === undefined);
  for (const hit of found) process.stderr.write(`FOUND ${wordsOf(hit)}\n`);
  for (const hit of hits) if (hit.allowed !== undefined) process.stderr.write(`allowed: ${wordsOf(hit)}: ${hit.allowed}\n`);
  const figures: Secrets = {
    searchedBytes: all.reduce((sum, p) => sum + p.bytes.length, 0),
    places: all.length,
    canaries: canaries.length,
    found: found.length,
    allowed: hits.length - found.length,
    twin: search([twin], all).filter((h) => h.allowed === undefined).length,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(figures)}\n`
      : `${Object.entries(figures)
          .map(([k, v]) => `${k} ${v}`)
          .join(', ')}\n`,
  );
  process.exitCode = figures.found === 0 && figures.twin > 0 && figures.allowed > 0 ? 0 : 1;
}

const wordsOf = ({ canary, form, place }: Hit): string => `${canary} (${form}) in ${place}`;

await run();
