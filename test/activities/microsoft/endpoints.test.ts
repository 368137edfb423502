import { expect, test } from 'vitest';
import { armEndpoint, authorityHost, graphEndpoint, isMicrosoftAuthority } from '../../../activities/microsoft/endpoints.ts';
import { issuerOf } from '../../../model/footprint.ts';

test.each([
  ['public', 'https://management.azure.com', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
  ['usgov', 'https://management.usgovcloudapi.net', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['china', 'https://management.chinacloudapi.cn', 'https://microsoftgraph.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
] as const)('cloud %s has its own endpoints and token scopes', (cloud, arm, graph, authority) => {
  expect(armEndpoint(cloud, {})).toEqual({ url: arm, tokenScope: `${arm}/.default` });
  expect(graphEndpoint(cloud, {})).toEqual({ url: graph, tokenScope: `${graph}/.default` });
  expect(authorityHost(cloud, {})).toBe(authority);
  expect(isMicrosoftAuthority(authority)).toBe(true);
});

test('an override changes where is called, not for whom the token is', () => {
  const environment = { OFFBOARD_ARM_ENDPOINT: 'https://127.0.0.1:1/arm', AZURE_AUTHORITY_HOST: 'https://127.0.0.1:1' };
  expect(armEndpoint('public', environment)).toEqual({
    url: 'https://127.0.0.1:1/arm',
    tokenScope: 'https://management.azure.com/.default',
  });
  expect(isMicrosoftAuthority(authorityHost('public', environment))).toBe(false);
});

test.each([
  ['login.microsoftonline.com', true],
  ['https://login.windows.net/', true],
  ['https://login.microsoftonline.com.evil.example', false],
])('%s is Microsoft’s: %s', (host, known) => {
  expect(isMicrosoftAuthority(host)).toBe(known);
});

test.each([
  ['public', 'sts.windows.net/t/'],
  ['usgov', 'sts.windows.net/t/'],
  ['china', 'sts.chinacloudapi.cn/t/'],
] as const)('tokens of the cloud %s are issued by %s', (cloud, issuer) => {
  expect(issuerOf('t', cloud)).toBe(issuer);
});
