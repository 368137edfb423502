import { resolve } from 'node:path';
import { openRecords } from '../activities/records/open.ts';
import { connectionSettings, profileSought, taskQueueOf } from '../temporal/connect.ts';
import { EXIT_CODES, OffboardError } from '../model/errors.ts';
import { parsePolicy } from '../model/policy.ts';
import { homeOf, readText } from '../security/files.ts';
import { loadKeys } from '../security/keys.ts';
import { loadSealingKey } from '../security/sealing.ts';
import { allClouds } from './clouds.ts';
import { installLogging } from './logging.ts';
import { createWorker } from './worker.ts';

/** The worker process. Everything comes from the environment: docs/worker.md lists the variables. */
async function run(): Promise<void> {
  const log = installLogging();
  const env = process.env;
  const settings = connectionSettings();
  if (!settings) throw new OffboardError('NoServer', `no Temporal server is named: ${profileSought(env)}; set TEMPORAL_ADDRESS`);
  const policyFile = env['OFFBOARD_POLICY'];
  if (!policyFile) throw new OffboardError('InvalidPolicy', 'OFFBOARD_POLICY is not set; name the file that says who may approve');
  const home = homeOf();
  const ring = loadKeys(home.keys);
  const { journal, artifacts } = await openRecords(env, ring, { create: true });
  const { worker, connection } = await createWorker(settings, taskQueueOf(env), ring, {
    clouds: allClouds(),
    journal,
    artifacts,
    policy: parsePolicy(policyFile, readText(policyFile)),
    temporal: { address: settings.address, namespace: settings.namespace },
    sealing: await loadSealingKey(home.sealing),
    evidenceFolder: resolve(env['OFFBOARD_EVIDENCE_DIR'] ?? 'evidence'),
    log,
  });
  log.info({ address: settings.address, namespace: settings.namespace, records: journal.store.where }, 'worker ready');
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  try {
    // Ends on SIGINT and SIGTERM, after the activities under way.
    await worker.run();
  } finally {
    await connection.close();
    await journal.close();
  }
}

run().catch((error: unknown) => {
  const known = error instanceof OffboardError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = known ? EXIT_CODES[error.code] : EXIT_CODES.Internal;
});
