import { resolve } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { answerWithinMs } from '../activities/answer-within.ts';
import { notifierOf } from '../activities/notify.ts';
import { openRecords } from '../activities/records/open.ts';
import { isLost } from '../activities/records/postgres/causes.ts';
import { connect, connectionSettings, profileSought, taskQueueOf } from '../temporal/connect.ts';
import { deploymentOf } from '../temporal/deployment.ts';
import { OffboardError, type ErrorCode } from '../model/errors.ts';
import { homeOf, readText } from '../security/files.ts';
import { loadKeys } from '../security/keys.ts';
import { loadSealingKey } from '../security/sealing.ts';
import { loadSigningKey } from '../security/signing.ts';
import { allClouds } from './clouds.ts';
import { workflowBundle } from './bundle/index.ts';
import { serveHealth } from './health.ts';
import { installLogging } from './logging.ts';
import { policyOf } from './policy.ts';
import { sharing } from './share.ts';
import { untilThere } from './until-there.ts';
import { createWorker } from './worker.ts';

/** The worker's life. Everything comes from the environment: docs/worker.md lists the variables. */
export async function run(): Promise<void> {
  const log = installLogging();
  const env = process.env;
  const settings = connectionSettings();
  if (!settings) throw new OffboardError('NoServer', `no Temporal server is named: ${profileSought(env)}; set TEMPORAL_ADDRESS`);
  const policyFile = env['OFFBOARD_POLICY'];
  if (!policyFile) throw new OffboardError('InvalidPolicy', 'OFFBOARD_POLICY is not set; name the file that says who may approve');
  const policy = policyOf(policyFile);
  answerWithinMs(env);
  const deployment = deploymentOf(env);
  const health = await serveHealth(env);
  const home = homeOf();
  const ring = loadKeys(home.keys);
  const { journal, artifacts } = await untilThere(log, () => openRecords(env, ring, { create: true }), isRecordsServerAway);
  const bundle = await workflowBundle(env, (why) => log.warn(why));
  const deps = {
    clouds: allClouds(),
    journal,
    artifacts,
    get policy() {
      return policy().policy;
    },
    get policyChangedAt() {
      return policy().changedAt;
    },
    temporal: { address: settings.address, namespace: settings.namespace },
    sealing: await loadSealingKey(home.sealing),
    signing: loadSigningKey(home.signing),
    notify: notifierOf(env, log, (file) => readText(file, 'name a readable file', 'OFFBOARD_WEBHOOK_SECRET_FILE')),
    evidenceFolder: resolve(env['OFFBOARD_EVIDENCE_DIR'] ?? 'evidence'),
    log,
  };
  await (await untilThere(log, () => connect(settings), isCode('NoServer'))).close();
  const { worker, connection } = await createWorker(settings, taskQueueOf(env), ring, deps, bundle, deployment);
  health.needs({
    worker: () => {
      if (!worker.polls()) throw new Error('it takes on nothing any more, and ends');
    },
    Temporal: () => connection.workflowService.getSystemInfo({}),
    records: () => journal.head(''),
  });
  const otpKey = await calculateJwkThumbprint(deps.sealing.publicJwk);
  log.info({ address: settings.address, namespace: settings.namespace, records: journal.store.where, otpKey }, 'worker ready');
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  const share = sharing(connection, settings.namespace, taskQueueOf(env), log);
  try {
    // Ends on SIGINT and SIGTERM, after the activities under way.
    await worker.run();
  } finally {
    share.end();
    await health.stop();
    await connection.close();
    await journal.close();
  }
}

const isCode = (code: ErrorCode) => (error: unknown) => error instanceof OffboardError && error.code === code;

/** The records' server does not answer yet; a wrong password or a missing database will not mend by themselves. */
function isRecordsServerAway(error: unknown): boolean {
  if (!isCode('NoRecords')(error)) return false;
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (isLost(at)) return true;
  return false;
}
