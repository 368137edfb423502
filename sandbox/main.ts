import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CallCounts } from './calls.ts';
import { serverCertificate } from './certificate.ts';
import { controlService, controlToken } from './control.ts';
import { EstateError, loadEstate } from './estate.ts';
import { Faults } from './faults.ts';
import { Quotas, QuotasSchema } from './quotas.ts';
import { createListener } from './server.ts';
import { lingering, type Linger, type SandboxContext } from './service.ts';
import { SERVICES } from './services.ts';
import { Permissions } from './permissions/permissions.ts';
import { EstateStore } from './store.ts';
import { recipe, writeOperatorFiles } from './operator-files.ts';
import { registerWorker, writeWorkerEnvironment } from './worker-environment.ts';

const DEFAULT_LINGER_MS = 300;
const USAGE = 'usage: npm run sandbox -- --state DIR --estate FILE [--port N] [--linger MS] [--quotas WHICH] [--parent]';
const LINGER_NAMES = { list: 'list', get: 'get', 'new-list': 'newList', 'new-get': 'newGet' } as const;
const HELP = `${USAGE}

Serves an estate as if it were AWS, Azure, Google Cloud, Entra ID and the collectors' portal: https on 127.0.0.1, until Ctrl-C.

  --state DIR     its state, certificate and port; with the same folder it comes back as it was
  --estate FILE   what it pretends exists, such as estates/default.yaml (docs/estate.md)
  --port N        the port; by default the one it had, or a free one
  --linger MS     how long deleted objects stay visible (${DEFAULT_LINGER_MS}); or each for itself, as list=MS,get=MS,new-list=MS,new-get=MS:
                  deleted ones in lists and by single reads, and for how long new ones are not
  --quotas WHICH  published: each cloud takes no more calls than its vendor publishes; or rules as JSON (docs/estate.md); without it any number
  --parent        end when standard input closes
  --help          this

It writes into DIR: worker.env (to be sourced by the shell that starts a worker), manifest.yaml and policy.yaml.
`;

/** A command line or a port that can't be used: shown without a stack. */
class StartError extends Error {}

/**
 * The sandbox's process: https on 127.0.0.1, state below `--state`. Prints `{"ready":true,"origin"}` once it answers; `--parent` ties its life
 * to the standard input of whoever started it.
 */
async function run(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const options = readOptions();
  const estate = loadEstate(options.estate);
  mkdirSync(options.state, { recursive: true, mode: 0o700 });
  const store = EstateStore.open(options.state, estate.objects);
  registerWorker(store, estate);
  const certificate = await serverCertificate(options.state);
  const permissions = new Permissions();
  const context: SandboxContext = { store, origin: '', linger: options.linger, permissions, now: () => new Date() };
  const tell = (manifest: unknown) => {
    writeWorkerEnvironment(options.state, context.origin, certificate.authorityFile, store);
    writeOperatorFiles(options.state, manifest);
  };
  const calls = new CallCounts();
  const faults = new Faults();
  const quotas = new Quotas();
  quotas.set(options.quotas);
  const control = controlService(controlToken(options.state), estate, calls, faults, quotas, tell);
  const listener = createListener([...SERVICES, control], context, calls, faults, quotas);
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => void listener(request, response));
  const port = await listen(server, options);
  writeFileSync(portFile(options.state), `${port}\n`);
  context.origin = `https://127.0.0.1:${port}`;
  tell(estate.manifest);
  store.save();

  const stop = () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  if (options.parent) process.stdin.resume().once('close', stop);
  process.stdout.write(`${JSON.stringify({ ready: true, origin: context.origin })}\n`);
  // For a person: whoever starts it from a program reads the line above and keeps this in its log.
  process.stderr.write(recipe(options.state, context.origin));
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        state: { type: 'string' },
        estate: { type: 'string' },
        port: { type: 'string' },
        linger: { type: 'string' },
        quotas: { type: 'string', default: '{}' },
        parent: { type: 'boolean', default: false },
      },
    });
    if (!values.state || !values.estate) throw new StartError('--state and --estate are needed');
    return {
      state: resolve(values.state),
      estate: values.estate,
      port: values.port === undefined ? undefined : wholeNumber('--port', values.port, 65_535),
      linger: lingerOf(values.linger ?? `${DEFAULT_LINGER_MS}`),
      quotas: quotasOf(values.quotas),
      parent: values.parent,
    };
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

/** Of all, or of what is named; of what is not named none. */
function lingerOf(text: string): Linger {
  const ms = (value: string) => wholeNumber('--linger', value, 60_000);
  if (!text.includes('=')) return lingering(ms(text));
  const linger = lingering(0);
  for (const [name = '', value = ''] of text.split(',').map((part) => part.split('='))) {
    if (!(name in LINGER_NAMES)) throw new StartError(`--linger knows ${Object.keys(LINGER_NAMES).join(', ')}, not ${name}`);
    linger[LINGER_NAMES[name as keyof typeof LINGER_NAMES]] = ms(value);
  }
  return linger;
}

function quotasOf(text: string): ReturnType<typeof QuotasSchema.parse> {
  try {
    return QuotasSchema.parse(text === 'published' ? text : JSON.parse(text));
  } catch (error) {
    throw new StartError(
      `--quotas takes published, or rules as JSON such as {"arm": {"burst": 200, "perSecond": 10}}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function wholeNumber(option: string, text: string, largest: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > largest) throw new StartError(`${option} is a whole number up to ${largest}, not ${text}`);
  return value;
}

function portFile(state: string): string {
  return join(state, 'port');
}

function rememberedPort(state: string): number {
  return existsSync(portFile(state)) ? Number(readFileSync(portFile(state), 'utf8')) : 0;
}

/** On the port that was asked for, else on the one it had: who was told that address must find it there again. */
function listen(
  server: ReturnType<typeof createServer>,
  { state, port: asked }: { state: string; port: number | undefined },
): Promise<number> {
  const port = asked ?? rememberedPort(state);
  const mend = asked === undefined ? `or remove ${portFile(state)}, and it takes another` : 'or give another with --port';
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const text =
        cause.code === 'EADDRINUSE'
          ? `port ${port} is taken; is this sandbox running already? Stop that one, ${mend}`
          : `cannot listen on port ${port}: ${cause.message}`;
      fail(new StartError(text, { cause }));
    });
    server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });
}

run().catch((error: unknown) => {
  const mistake = error instanceof StartError || error instanceof EstateError;
  process.stderr.write(`sandbox: ${mistake ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(mistake ? 2 : 1);
});
