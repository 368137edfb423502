import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { codecFaultsOf, faultsOf, leastFaultsOf, recordsFaultsOf, uncopied } from '../../scripts/check-compose.ts';

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

test.each([
  ['in no database', { OFFBOARD_RECORDS: null }, 'records would lie in a volume'],
  ['in one of another server', { OFFBOARD_RECORDS: 'postgres://offboard@elsewhere/offboard' }, 'records would lie in a volume'],
  ['by an address with a password', { OFFBOARD_RECORDS: 'postgres://offboard:own@postgresql/offboard' }, 'without a password'],
  ["by the server's user", { OFFBOARD_RECORDS: 'postgres://temporal@postgresql/offboard' }, 'the user of the server'],
  ["in Temporal's database", { OFFBOARD_RECORDS: 'postgres://offboard@postgresql/temporal_visibility' }, "Temporal's database"],
  ["with the server's password", { PGPASSWORD: 'server' }, 'no password of their own'],
])('records %s are a fault', (_, changed, fault) => {
  expect(recordsFaultsOf(composed(changed))).toContainEqual(expect.stringContaining(fault));
});

test('a worker that may start before its database is made is a fault', () => {
  const services = composed();
  services.worker.depends_on = {};
  expect(recordsFaultsOf(services)).toEqual(['worker: it starts before its database is made']);
});

test('a command line that is given the records is a fault', () => {
  const services = { ...composed(), offboard: { environment: { PGPASSWORD: 'own' } } };
  expect(recordsFaultsOf(services)).toEqual(['offboard: it is given the records, which nobody but a worker needs']);
});

test('records in a database, a user and with a password of their own are none', () => {
  expect(recordsFaultsOf(composed())).toEqual([]);
});

function composed(changed: Record<string, string | null> = {}) {
  const depends_on: Record<string, { condition: string }> = { 'records-database': { condition: 'service_completed_successfully' } };
  return {
    postgresql: { environment: { POSTGRES_USER: 'temporal', POSTGRES_PASSWORD: 'server' } },
    'records-database': { environment: { OFFBOARD_RECORDS_PASSWORD: 'own' } },
    worker: { environment: { OFFBOARD_RECORDS: 'postgres://offboard@postgresql/offboard', PGPASSWORD: 'own', ...changed }, depends_on },
  };
}

test('a folder that the image needs and the build does not see is a fault', () => {
  expect(uncopied('COPY model model\nCOPY gone gone\n', '*\n!model\n!gone\n')).toEqual(['Dockerfile: gone is not there to copy']);
  expect(uncopied('COPY model model\n', '*\n')).toEqual(['Dockerfile: model is not there to copy']);
});

const CODEC = { ports: ['127.0.0.1:8081:8081/tcp'], environment: { OFFBOARD_CODEC_SECRET: 'x' } };
const UI = { environment: { TEMPORAL_CODEC_ENDPOINT: 'http://127.0.0.1:8081/x' } };
const LEAST = { cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], read_only: true };
const ALL_KEYS = { source: 'offboard', target: '/var/lib/offboard' };
const OWN_KEYS = { source: 'worker', target: '/var/lib/offboard/worker' };
const least = (worker: object = {}, offboard: object = {}) =>
  leastFaultsOf({
    worker: { ...LEAST, volumes: [ALL_KEYS, OWN_KEYS], ...worker },
    offboard: { ...LEAST, volumes: [ALL_KEYS], ...offboard },
  });

test.each([
  ['a service with capabilities', least({ cap_drop: ['NET_RAW'] }), 'worker: it keeps capabilities'],
  ['one that may gain privileges', least({ security_opt: [] }), 'worker: it may gain privileges'],
  ['a root that can be written to', least({}, { read_only: false }), 'offboard: its root can be written to'],
  ['a command line with the sealing key', least({}, { environment: { OFFBOARD_SEALING_KEY: null } }), 'given OFFBOARD_SEALING_KEY'],
  ['a command line with credentials of a cloud', least({}, { environment: { AWS_SESSION_TOKEN: 'x' } }), 'given AWS_SESSION_TOKEN'],
  ['keys of the worker among those of all', least({ volumes: [ALL_KEYS] }), 'in no volume of their own'],
  ['a command line that mounts them, as Compose 1 writes it', least({}, { volumes: ['worker:/x:ro'] }), 'it mounts worker'],
  ['a command line that mounts them', least({}, { volumes: [ALL_KEYS, { ...OWN_KEYS, target: '/x' }] }), 'it mounts worker'],
])('%s is a fault', (_, faults, fault) => {
  expect(faults).toEqual([expect.stringContaining(fault)]);
});

test.each([
  ['that is missing', undefined, 'is missing'],
  ['without a secret', { environment: {} }, 'no OFFBOARD_CODEC_SECRET'],
  ['at another port than the UI asks', { ports: ['127.0.0.1:9999:8081'] }, 'not where codec-server is published'],
  ['by another secret than the UI knows', { environment: { OFFBOARD_CODEC_SECRET: 'y' } }, 'not where codec-server is published'],
])('a codec server %s is a fault', (_, changed, fault) => {
  const codec = changed && { ...CODEC, ...changed };
  expect(codecFaultsOf({ 'temporal-ui': UI, ...(codec ? { 'codec-server': codec } : {}) })).toContainEqual(expect.stringContaining(fault));
});

test('a codec server that the UI knows, and that holds nothing of the worker’s, is none', () => {
  expect(codecFaultsOf({ 'temporal-ui': UI, 'codec-server': CODEC })).toEqual([]);
  const own = { ...LEAST, volumes: [OWN_KEYS], environment: { OFFBOARD_SEALING_KEY: null } };
  const services = { worker: { ...LEAST, volumes: [ALL_KEYS, OWN_KEYS] }, 'codec-server': own };
  expect(leastFaultsOf(services)).toEqual([
    'codec-server: it is given OFFBOARD_SEALING_KEY, which only the worker needs',
    expect.stringContaining('codec-server: it mounts worker'),
  ]);
});

test('the least of each, and a command line without anything of the worker’s, are none', () => {
  expect(least()).toEqual([]);
});

test('the worker in compose is given each variable that its page names among the credentials of the clouds', () => {
  const page = readFileSync('docs/worker.md', 'utf8').split('## Credentials of the clouds')[1]?.split('\n## ')[0] ?? '';
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(15);
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: { worker: { environment: Record<string, unknown> } };
  };
  expect(Object.keys(services.worker.environment)).toEqual(expect.arrayContaining(named));
});
