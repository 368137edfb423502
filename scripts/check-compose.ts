import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

/** `docker-compose config | node scripts/check-compose.ts`: what Compose accepts and this project does not. Lists every fault. */

interface Service {
  image?: string;
  build?: unknown;
  ports?: (string | { host_ip?: string; published?: string | number })[];
  healthcheck?: { test?: string | string[] };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | null>;
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  volumes?: (string | Mount)[];
}

interface Mount {
  source: string;
  target: string;
}

/** Compose 1 writes `source:target:mode`, later ones fields. */
function mountsOf({ volumes = [] }: Service): Mount[] {
  return volumes.map((volume) => {
    if (typeof volume !== 'string') return volume;
    const [source = '', target = ''] = volume.split(':');
    return { source, target };
  });
}

export function faultsOf(services: Record<string, Service>): string[] {
  return Object.entries(services).flatMap(([name, { image = '', build, ports = [], healthcheck }]) => [
    ...(build === undefined && !/:\d+\.\d+/.test(image) ? [`${name}: the image ${image} is not pinned to a version`] : []),
    ...(image.includes('auto-setup') ? [`${name}: the auto-setup image is deprecated`] : []),
    ...ports.filter((port) => !onLoopback(port)).map((port) => `${name}: ${JSON.stringify(port)} is published beyond loopback`),
    ...(image.startsWith('temporalio/server') && healthcheck ? [`${name}: the server's image has nothing to run a health check with`] : []),
  ]);
}

/** What only the worker may hold. */
const WORKERS_OWN = /^(OFFBOARD_SEALING_KEY|OFFBOARD_SIGNING_KEY|OFFBOARD_RECORDS|PGPASSWORD|(AWS|AZURE|GOOGLE)_.*)$/;
const WORKERS_FOLDER = '/var/lib/offboard/worker';
const OURS = ['worker', 'offboard', 'codec-server'];

/** Each service has the least it runs with, and the command line holds nothing of the worker's. */
export function leastFaultsOf(services: Record<string, Service>): string[] {
  const each = Object.entries(services).flatMap(([name, { cap_drop = [], security_opt = [], read_only }]) => [
    ...(cap_drop.includes('ALL') ? [] : [`${name}: it keeps capabilities; drop ALL, and add what it needs`]),
    ...(security_opt.includes('no-new-privileges:true') ? [] : [`${name}: it may gain privileges; write no-new-privileges:true`]),
    ...(OURS.includes(name) && read_only !== true ? [`${name}: its root can be written to`] : []),
  ]);
  const { worker } = services;
  const others = OURS.flatMap((name) => (name === 'worker' || !services[name] ? [] : [[name, services[name]] as const]));
  const own = worker && mountsOf(worker).find((v) => v.target === WORKERS_FOLDER)?.source;
  return [
    ...each,
    ...others.flatMap(([name, { environment = {} }]) =>
      Object.keys(environment)
        .filter((variable) => WORKERS_OWN.test(variable))
        .map((variable) => `${name}: it is given ${variable}, which only the worker needs`),
    ),
    ...(worker && own === undefined ? [`worker: its own keys lie in no volume of their own (${WORKERS_FOLDER})`] : []),
    ...others.flatMap(([name, service]) =>
      (own === undefined ? [] : mountsOf(service))
        .filter((v) => v.source === own)
        .map((v) => `${name}: it mounts ${v.source}, where the worker's own keys lie`),
    ),
  ];
}

/** The worker's records: on the PostgreSQL server, in a database and by a user of their own, there before the worker is. */
export function recordsFaultsOf(services: Record<string, Service>): string[] {
  const { worker, postgresql, 'records-database': maker, offboard } = services;
  const { OFFBOARD_RECORDS: address, PGPASSWORD: password } = worker?.environment ?? {};
  const server = postgresql?.environment ?? {};
  const parts = /^postgres:\/\/(?<user>[^:@]+)@postgresql\/(?<database>\w+)$/.exec(address ?? '')?.groups;
  if (!parts)
    return [
      'worker: OFFBOARD_RECORDS is not postgres://USER@postgresql/DATABASE, without a password: records would lie in a volume, or it be told',
    ];
  const told = (wrong: boolean, fault: string) => (wrong ? [`worker: ${fault}`] : []);
  const handed = offboard?.environment?.['OFFBOARD_RECORDS'] ?? offboard?.environment?.['PGPASSWORD'];
  return [
    ...(handed ? ['offboard: it is given the records, which nobody but a worker needs'] : []),
    ...told(parts['user'] === server['POSTGRES_USER'], 'its records have the user of the server'),
    ...told(parts['database']?.startsWith('temporal') === true, "its records lie in Temporal's database"),
    ...told(!password || password === server['POSTGRES_PASSWORD'], 'its records have no password of their own'),
    ...told(maker?.environment?.['OFFBOARD_RECORDS_PASSWORD'] !== password, 'its password is not the one that records-database gives'),
    ...told(
      worker?.depends_on?.['records-database']?.condition !== 'service_completed_successfully',
      'it starts before its database is made',
    ),
  ];
}

/** Whoever gets in at the codec server reads everything: plain http is published on loopback alone, and the UI knows its secret from nowhere else. */
export function codecFaultsOf(services: Record<string, Service>): string[] {
  const { 'codec-server': codec, 'temporal-ui': ui } = services;
  if (!codec) return ['codec-server: is missing: the UI would show ciphertexts'];
  const secret = codec.environment?.['OFFBOARD_CODEC_SECRET'];
  const published = (codec.ports ?? []).map((port) => (typeof port === 'string' ? /:(\d+):/.exec(port)?.[1] : String(port.published)));
  const endpoint = ui?.environment?.['TEMPORAL_CODEC_ENDPOINT'];
  return [
    ...(secret ? [] : ['codec-server: has no OFFBOARD_CODEC_SECRET, so the UI cannot know its address']),
    ...(endpoint === `http://127.0.0.1:${published[0] ?? ''}/${secret ?? ''}`
      ? []
      : ['temporal-ui: TEMPORAL_CODEC_ENDPOINT is not where codec-server is published, with its secret']),
  ];
}

function onLoopback(port: string | { host_ip?: string }): boolean {
  return typeof port === 'string' ? port.startsWith('127.0.0.1:') : port.host_ip === '127.0.0.1';
}

/** Folders that the Dockerfile copies and the checkout does not have, or .dockerignore keeps away. */
export function uncopied(dockerfile: string, ignore: string): string[] {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '));
  return copied
    .filter((path) => !existsSync(path) || !ignore.split('\n').includes(`!${path}`))
    .map((path) => `Dockerfile: ${path} is not there to copy`);
}

async function run(): Promise<void> {
  const { services } = parse(await text(process.stdin)) as { services: Record<string, Service> };
  const faults = [
    ...faultsOf(services),
    ...recordsFaultsOf(services),
    ...leastFaultsOf(services),
    ...codecFaultsOf(services),
    ...uncopied(readFileSync('Dockerfile', 'utf8'), readFileSync('.dockerignore', 'utf8')),
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  else process.stdout.write(`docker-compose.yml: ${Object.keys(services).join(', ')}\n`);
}

if (import.meta.main) await run();
