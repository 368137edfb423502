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
}

export function faultsOf(services: Record<string, Service>): string[] {
  return Object.entries(services).flatMap(([name, { image = '', build, ports = [], healthcheck }]) => [
    ...(build === undefined && !/:\d+\.\d+/.test(image) ? [`${name}: the image ${image} is not pinned to a version`] : []),
    ...(image.includes('auto-setup') ? [`${name}: the auto-setup image is deprecated`] : []),
    ...ports.filter((port) => !onLoopback(port)).map((port) => `${name}: ${JSON.stringify(port)} is published beyond loopback`),
    ...(image.startsWith('temporalio/server') && healthcheck ? [`${name}: the server's image has nothing to run a health check with`] : []),
  ]);
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
  const faults = [...faultsOf(services), ...uncopied(readFileSync('Dockerfile', 'utf8'), readFileSync('.dockerignore', 'utf8'))];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  else process.stdout.write(`docker-compose.yml: ${Object.keys(services).join(', ')}\n`);
}

if (import.meta.main) await run();
