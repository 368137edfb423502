import { expect, test } from 'vitest';
import { entraScript } from '../../../activities/entra/shell.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { runWithAz } from '../az-stand-in.ts';
import { defaultManifest, TENANT } from '../planned.ts';

const APPLICATION = '1f2e3d4c-0001-4b5a-8c7d-9e0f1a2b3c01';
const PRINCIPAL = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e204';
const GRAPH = 'https://graph.microsoft.com';
const NOT_FOUND = 'Not Found({"error":{"code":"Request_ResourceNotFound"}})';
const item = { snapshot: { id: APPLICATION, servicePrincipals: [PRINCIPAL] } } as unknown as PlanItem;
const kinds = entraScript.kinds as Record<string, { remove(i: PlanItem): string[]; restore(i: PlanItem): string[] }>;
const [application, signIn] = [kinds['entra-oidc-application'], kinds['entra-ciem-sign-in']] as [
  (typeof kinds)[string],
  (typeof kinds)[string],
];
const run = (lines: string[] | undefined, fails: Record<string, string> = {}) =>
  runWithAz([...entraScript.prelude(defaultManifest()), ...(lines ?? []), 'echo end'], TENANT, fails);
const rest = (method: string, path: string, ...more: string[]) => [
  'rest',
  '--method',
  method,
  '--url',
  `${GRAPH}/v1.0${path}`,
  '--resource',
  GRAPH,
  '--output',
  'none',
  ...more,
];

test('an application is deleted; one that is gone is no failure, a denial is', () => {
  const lines = application?.remove(item);
  expect(run(lines)).toMatchObject({ code: 0, calls: [rest('DELETE', `/applications/${APPLICATION}`)] });
  expect(run(lines, { DELETE: NOT_FOUND })).toMatchObject({ code: 0 });
  expect(run(lines, { DELETE: 'Forbidden' })).toMatchObject({ code: 1, err: 'Forbidden\n' });
});

test('it is undeleted with its principal, each looked for first', () => {
  const { code, calls } = run(application?.restore(item), { GET: NOT_FOUND });
  expect(code).toBe(0);
  expect(calls).toEqual([
    rest('GET', `/applications/${APPLICATION}`),
    rest('POST', `/directory/deletedItems/${APPLICATION}/restore`),
    rest('GET', `/servicePrincipals/${PRINCIPAL}`),
    rest('POST', `/directory/deletedItems/${PRINCIPAL}/restore`),
  ]);
});

test('what is there is not undeleted, and what cannot be looked at ends the script', () => {
  expect(run(application?.restore(item)).calls.map((c) => c[2])).toEqual(['GET', 'GET']);
  expect(run(application?.restore(item), { GET: 'Forbidden' })).toMatchObject({
    code: 1,
    calls: [rest('GET', `/applications/${APPLICATION}`)],
  });
});

test('a restore that fails ends the script', () => {
  expect(run(application?.restore(item), { GET: NOT_FOUND, POST: 'gone for good' }).code).toBe(1);
});

test('sign-in is disabled and enabled', () => {
  const path = `/servicePrincipals/${APPLICATION}`;
  expect(run(signIn?.remove(item)).calls).toEqual([rest('PATCH', path, '--body', '{"accountEnabled": false}')]);
  expect(run(signIn?.restore(item)).calls).toEqual([rest('PATCH', path, '--body', '{"accountEnabled": true}')]);
});

test.each([
  ['usgov', 'https://graph.microsoft.us'],
  ['china', 'https://microsoftgraph.chinacloudapi.cn'],
] as const)('in %s Graph is %s', (cloud, url) => {
  const manifest = { ...defaultManifest(), tenant: { id: TENANT, cloud } };
  expect(entraScript.prelude(manifest)).toContain(`GRAPH_RESOURCE=${url}`);
});
