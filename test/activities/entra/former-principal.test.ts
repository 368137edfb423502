import { afterEach, expect, test } from 'vitest';
import { entraFacts } from '../../../activities/entra/facts.ts';
import { readEntra } from '../../../activities/entra/reader.ts';
import { connectEntra } from '../../../activities/entra/wire/clients.ts';
import { MEPM } from '../../../model/footprint.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { ENTRA, TENANT } from '../../sandbox/small-estate.ts';
import { defaultManifest } from '../planned.ts';

let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const GONE = '33333333-aaaa-4bbb-8ccc-00000000aa01';
const APPLICATION = '33333333-aaaa-4bbb-8ccc-00000000aa02';

test('a CIEM principal among the deleted items tells the object id that Azure knows its assignments by', async () => {
  const common = { ours: true, appId: MEPM.ciemAppId, displayName: 'Cloud Infrastructure Entitlement Management' };
  const rest = ENTRA.filter((o) => !('appId' in o && o.appId === MEPM.ciemAppId));
  sandbox = await startCloudSandbox([
    ...rest,
    { kind: 'entra-application', id: APPLICATION, identifierUris: [], ...common },
    { kind: 'entra-service-principal', id: GONE, ...common },
  ]);
  const api = connectEntra({ url: `${sandbox.origin}/graph`, tokenScope: 'https://graph.microsoft.com/.default' }, sandbox.credential);
  await api.deleteApplication(APPLICATION);
  const snapshot = await readEntra(api, `entra:${TENANT}`, { manifest: defaultManifest() });
  expect(snapshot.ciemServicePrincipals).toEqual([]);
  expect(entraFacts(snapshot).ciemFormerIds).toEqual([GONE]);
});
