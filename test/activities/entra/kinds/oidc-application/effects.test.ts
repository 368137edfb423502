import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectEntra, type EntraApi } from '../../../../../activities/entra/wire/clients.ts';
import { entraCloud } from '../../../../../activities/entra/cloud.ts';
import { oidcApplication } from '../../../../../activities/entra/kinds/oidc-application/index.ts';
import { readEntra } from '../../../../../activities/entra/reader.ts';
import type { PlanItem } from '../../../../../model/plan.ts';
import { startCloudSandbox, type CloudSandbox } from '../../../../sandbox/cloud-sandbox.ts';
import { AWS_OIDC_APP, AWS_OIDC_PRINCIPAL, ENTRA, TENANT } from '../../../../sandbox/small-estate.ts';
import { refusal } from '../../../refusals.ts';
import { FACTS, defaultManifest, planned } from '../../../planned.ts';

const DAY = 86_400_000;
let sandbox: CloudSandbox;
let api: EntraApi;
let application: PlanItem;

beforeEach(async () => {
  sandbox = await startCloudSandbox(ENTRA);
  connect();
  const snapshot = await readEntra(api, `entra:${TENANT}`, { manifest: defaultManifest() });
  application = planned(oidcApplication.match(snapshot, FACTS).findings[0] as never);
});
afterEach(() => sandbox.close());

function connect(): void {
  api = connectEntra({ url: `${sandbox.origin}/graph`, tokenScope: 'https://graph.microsoft.com/.default' }, sandbox.credential);
}
const restore = () => oidcApplication.undo?.restore(api, [application]) as Promise<void>;
const judged = (error: unknown) => entraCloud().classify(error);

test('an application comes back with its principal, its secrets and its federated credentials: nothing differs', async () => {
  const before = sandbox.store.report();
  await oidcApplication.remove(api, [application]);
  expect(await oidcApplication.read(api, application)).toBeUndefined();
  expect(sandbox.store.report().ours.left).toHaveLength(before.ours.left.length - 2);
  await restore();
  expect(await oidcApplication.read(api, application)).toEqual(application.snapshot);
  expect(sandbox.store.report()).toEqual(before);
  // What is there already stays as it is.
  await restore();
  expect(sandbox.store.report()).toEqual(before);
});

test('one whose principal did not come back the first time gets it the second time', async () => {
  await oidcApplication.remove(api, [application]);
  await api.restoreDeleted(AWS_OIDC_APP);
  expect(await oidcApplication.read(api, application)).not.toEqual(application.snapshot);
  await restore();
  expect(await api.getServicePrincipal(AWS_OIDC_PRINCIPAL)).toMatchObject({ accountEnabled: true });
});

test('a stranger that took the identifier URI blocks it', async () => {
  await oidcApplication.remove(api, [application]);
  const [other] = sandbox.store.list('entra-application').filter((a) => a.displayName === 'app 4');
  sandbox.store.put({ ...(other as NonNullable<typeof other>), identifierUris: ['api://mciem-aws-oidc-app'] });
  expect(judged(await restore().catch((e: unknown) => e))).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
});

test('after 30 days it is purged, and that is said', async () => {
  await oidcApplication.remove(api, [application]);
  sandbox.advance(31 * DAY);
  connect();
  expect(judged(await restore().catch((e: unknown) => e))).toMatchObject({ kind: 'blocked', code: 'Purged' });
});

test('what is gone already may be removed again, and a denial is not taken for gone', async () => {
  await oidcApplication.remove(api, [application]);
  await oidcApplication.remove(api, [application]);
  const denied = { ...api, getApplication: () => Promise.reject(refusal(403, 'Authorization_RequestDenied')) };
  await expect(oidcApplication.read(denied, application)).rejects.toMatchObject({ statusCode: 403 });
});
