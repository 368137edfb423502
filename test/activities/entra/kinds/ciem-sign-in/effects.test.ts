import { afterEach, expect, test } from 'vitest';
import { ciemSignIn } from '../../../../../activities/entra/kinds/ciem-sign-in/index.ts';
import { connectEntra, type EntraApi } from '../../../../../activities/entra/wire/clients.ts';
import type { ServicePrincipal } from '../../../../../activities/entra/wire/shapes.ts';
import { readEntra } from '../../../../../activities/entra/reader.ts';
import { startCloudSandbox, type CloudSandbox } from '../../../../sandbox/cloud-sandbox.ts';
import { ENTRA, TENANT } from '../../../../sandbox/small-estate.ts';
import { FACTS, defaultManifest, planned } from '../../../planned.ts';
import { refusal } from '../../../refusals.ts';
import { principal, snapshot } from '../../fixtures.ts';

const only = (of: Parameters<typeof ciemSignIn.match>[0]) => planned(ciemSignIn.match(of, FACTS).findings[0] as never);
let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

test('sign-in is enabled again, as often as asked', async () => {
  sandbox = await startCloudSandbox(ENTRA);
  const api = connectEntra({ url: `${sandbox.origin}/graph`, tokenScope: 'https://graph.microsoft.com/.default' }, sandbox.credential);
  const signIn = only(await readEntra(api, `entra:${TENANT}`, { manifest: defaultManifest() }));
  const before = sandbox.store.report();
  await ciemSignIn.remove(api, [signIn]);
  expect(await ciemSignIn.read(api, signIn)).toBeUndefined();
  await ciemSignIn.undo?.restore(api, [signIn]);
  await ciemSignIn.undo?.restore(api, [signIn]);
  expect(await ciemSignIn.read(api, signIn)).toEqual(signIn.snapshot);
  expect(sandbox.store.report()).toEqual(before);
  // A principal that is not there signs nobody in: off is done, on cannot be.
  const id = crypto.randomUUID();
  const other = { ...signIn, id: `entra-ciem-sign-in:${id}`, snapshot: { ...(signIn.snapshot as object), id } };
  expect(await ciemSignIn.read(api, other)).toBeUndefined();
  await ciemSignIn.remove(api, [other]);
  await expect(ciemSignIn.undo?.restore(api, [other])).rejects.toMatchObject({ code: 'PartMissing' });
});

test('read again it is undefined once disabled or deleted, and a denial is thrown', async () => {
  const item = only(snapshot({ ciemServicePrincipals: [principal()] }));
  const read = (answer: () => Promise<ServicePrincipal | undefined>) =>
    ciemSignIn.read({ getServicePrincipal: answer } as unknown as EntraApi, item);
  expect(await read(() => Promise.resolve(principal()))).toEqual(item.snapshot);
  expect(await read(() => Promise.resolve(principal({ accountEnabled: false })))).toBeUndefined();
  expect(await read(() => Promise.resolve(undefined))).toBeUndefined();
  await expect(read(() => Promise.reject(refusal(403, 'Authorization_RequestDenied')))).rejects.toMatchObject({ statusCode: 403 });
});
