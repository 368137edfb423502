import { expect, test } from 'vitest';
import { faultsOf, uncopied } from '../../scripts/check-compose.ts';

test.each([
  ['an image without a version', { image: 'postgres:latest' }, 'not pinned'],
  ['the deprecated server image', { image: 'temporalio/auto-setup:1.29.1' }, 'deprecated'],
  ['a port on every interface', { image: 'temporalio/ui:2.49.1', ports: ['8080:8080'] }, 'beyond loopback'],
  ['a port on every interface, in the long form', { image: 'temporalio/ui:2.49.1', ports: [{ published: 8080 }] }, 'beyond loopback'],
  ['a health check in the server image', { image: 'temporalio/server:1.31.0', healthcheck: { test: 'curl' } }, 'health check'],
])('%s is a fault', (_, service, fault) => {
  expect(faultsOf({ service })).toEqual([expect.stringContaining(fault) as string]);
});

test('a pinned service on loopback, and one built here, are none', () => {
  expect(
    faultsOf({ ui: { image: 'temporalio/ui:2.49.1', ports: ['127.0.0.1:8080:8080/tcp'] }, worker: { build: '.', image: 'w:local' } }),
  ).toEqual([]);
});

test('a folder that the image needs and the build does not see is a fault', () => {
  expect(uncopied('COPY model model\nCOPY gone gone\n', '*\n!model\n!gone\n')).toEqual(['Dockerfile: gone is not there to copy']);
  expect(uncopied('COPY model model\n', '*\n')).toEqual(['Dockerfile: model is not there to copy']);
});
