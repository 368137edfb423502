import { expect, test } from 'vitest';
import { COMMANDS } from '../../client/commands/index.ts';
import { loaded } from '../harness/loaded.ts';

/** The clouds' SDKs take a second to load. */
const SDKS = /^(@aws-sdk|@azure|google|@googleapis)/;

test('help and the reading of arguments load no package at all', () => {
  const { files, packages } = loaded('client/cli.ts');
  expect(packages).toEqual([]);
  expect(files).toContain('client/commands/index.ts');
});

test('a status loads no cloud’s SDK, no driver of records, no schemas, and nothing of the demonstration', () => {
  const { files, packages } = loaded('client/commands/status.ts');
  expect(packages.filter((name) => SDKS.test(name) || ['pg', 'yaml', 'zod', '@temporalio/worker'].includes(name))).toEqual([]);
  expect(files.filter((file) => /^(sandbox|activities|client\/demo)\//.test(file))).toEqual([]);
  // It does load the client that it asks with.
  expect(packages).toContain('@temporalio/client');
});

test.each(['activities/kinds.ts', 'activities/scripts.ts', 'activities/evidence/page.ts'])(
  '%s, which clients load too, needs neither a cloud’s SDK nor Temporal',
  (file) => {
    expect(loaded(file).packages.filter((name) => SDKS.test(name) || name.startsWith('@temporalio'))).toEqual([]);
  },
);

test('no command loads a cloud’s SDK', () => {
  const by = COMMANDS.flatMap(({ name }) =>
    loaded(`client/commands/${name}.ts`)
      .packages.filter((p) => SDKS.test(p))
      .map((p) => `${name}: ${p}`),
  );
  expect(by).toEqual([]);
});

test('the worker does load them: what is not found above is looked for rightly', () => {
  const { packages } = loaded('worker/run.ts');
  expect(packages).toEqual(expect.arrayContaining(['@aws-sdk/client-iam', '@azure/identity', 'googleapis', '@temporalio/worker']));
});

test.each(COMMANDS)('$name is found where its words say', async ({ load }) => {
  expect((await load()).run).toBeTypeOf('function');
});
