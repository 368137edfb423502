import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const LISTS = globSync('activities/*/kinds/index.ts', { cwd: root }).toSorted();

/** Loads a file as Node itself does, by way of a hook that refuses the SDKs. */
const LOADER = `
  const { registerHooks } = require('node:module');
  const { parentPort, workerData } = require('node:worker_threads');
  const SDK = /^(?:@aws-sdk|@smithy|@azure|@google-cloud|@temporalio)\\/|^(?:googleapis|google-auth-library|gaxios)(?:\\/|$)/;
  registerHooks({
    resolve(specifier, context, next) {
      if (SDK.test(specifier)) throw new Error(specifier + ' is loaded by ' + context.parentURL);
      return next(specifier, context);
    },
  });
  import(workerData).then(() => parentPort.postMessage('loaded'), (error) => parentPort.postMessage(error.message));
`;

async function load(file: string): Promise<unknown> {
  const worker = new Worker(LOADER, { eval: true, workerData: pathToFileURL(join(root, file)).href });
  try {
    return await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  } finally {
    await worker.terminate();
  }
}

test.each(LISTS)('the kinds of %s load without any SDK', async (file) => {
  expect(await load(file)).toBe('loaded');
});

test('what speaks with a cloud does not: the hook would have said so', async () => {
  expect(await load('activities/aws/cloud.ts')).toMatch(/^@aws-sdk\/\S+ is loaded by \S+\.ts$/);
});

test('every cloud is looked at', () => {
  expect(LISTS).toEqual(['aws', 'azure', 'entra', 'gcp', 'portal'].map((cloud) => `activities/${cloud}/kinds/index.ts`));
});
