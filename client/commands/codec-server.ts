import { randomBytes } from 'node:crypto';
import { OffboardError } from '../../model/errors.ts';
import { readText } from '../../security/files.ts';
import { entraReaders } from '../../security/codec/entra-token.ts';
import { startCodecServer } from '../../security/codec/server.ts';
import { workersKeys } from '../../security/keys.ts';
import { connectionSettings } from '../../temporal/connect.ts';
import type { Action } from '../terminal/command.ts';
import { optional, several, text, whole, type Values } from '../terminal/values.ts';

/** 128 bits in base64url, and no character that a path would change. */
const SECRET = /^[\w-]{22,200}$/;

/**
 * Serves `/encode` and `/decode` for the Temporal UI until it is interrupted. Whoever gets in reads everything, so plain http is for this machine alone, behind a
 * path that nobody guesses; elsewhere it is TLS, and Entra ID says who asks.
 */
export const codecServer: Action = {
  async run({ values, json }, io) {
    const where = placeOf(values);
    const door = doorOf(values, io.env, where.tls !== undefined);
    const server = await startCodecServer({
      ring: workersKeys(io.env),
      door,
      ...where,
      refused: (status, why) => io.err(`refused (${status}): ${why}\n`),
    });
    try {
      const url = door.secret === undefined ? server.url : `${server.url}/${door.secret}`;
      io.out(json ? JSON.stringify({ ready: true, url }) : words(url, door.origin, door.namespaces));
      await interrupted();
    } finally {
      server.stop();
    }
  },
};

function words(url: string, origin: string, namespaces: readonly string[]): string {
  return [
    `Codec server for ${namespaces.join(', ')}: ${url}`,
    `In the Temporal UI (${origin}) it is entered as the remote codec endpoint, or given to its server as TEMPORAL_CODEC_ENDPOINT; to temporal as --codec-endpoint.`,
    'Whoever has this address reads what runs hold. It serves until Ctrl-C.',
  ].join('\n');
}

/** Where it listens, and by which name it is called. Throws Usage, UnreadableFile, NotAllowed. */
function placeOf(values: Values): { port: number; address?: string; names?: string[]; tls?: { cert: string; key: string } } {
  const port = whole(values, 'port') ?? 0;
  if (Number.isNaN(port) || port > 65_535) throw new OffboardError('Usage', '--port: is no port; write a number up to 65535');
  const [cert, key, name] = ['tls-cert', 'tls-key', 'name'].map((option) => optional(values, option));
  if ((cert === undefined) !== (key === undefined))
    throw new OffboardError('Usage', '--tls-cert and --tls-key: are given together or not at all');
  if (values['container']) {
    if (cert !== undefined)
      throw new OffboardError('Usage', '--container: is for plain http that is published on loopback alone; leave --tls-cert out');
    // How the published port is called where the browser is: by any other name nobody is answered.
    return { port, address: '0.0.0.0', names: [`127.0.0.1:${port}`, `localhost:${port}`] };
  }
  if (cert === undefined || key === undefined) {
    if (name === undefined) return { port };
    throw new OffboardError('Usage', '--name: has another machine’s browsers come here, which needs --tls-cert and --tls-key');
  }
  if (name === undefined) throw new OffboardError('Usage', '--name is missing: how do browsers call this server? Write HOST:PORT');
  const mend = 'name a PEM file';
  return {
    port,
    address: '0.0.0.0',
    names: [name],
    tls: { cert: readText(cert, mend, '--tls-cert'), key: readText(key, mend, '--tls-key') },
  };
}

function doorOf(values: Values, env: NodeJS.ProcessEnv, tls: boolean) {
  const origin = originOf(text(values, 'ui'));
  const named = several(values, 'namespace');
  const namespaces = named.length > 0 ? named : [connectionSettings(env)?.namespace ?? env['TEMPORAL_NAMESPACE'] ?? 'default'];
  const [tenant, audience, role] = ['entra-tenant', 'entra-audience', 'entra-role'].map((option) => optional(values, option));
  if (tenant === undefined && audience === undefined && role === undefined) {
    if (tls) throw new OffboardError('Usage', '--entra-tenant is missing: beyond this machine Entra ID says who asks');
    return { origin, namespaces, secret: secretOf(env) };
  }
  if (tenant === undefined || audience === undefined || role === undefined)
    throw new OffboardError('Usage', '--entra-tenant, --entra-audience and --entra-role: are given together or not at all');
  return { origin, namespaces, secret: undefined, bearer: entraReaders({ tenant, audience, role }) };
}

/** Throws Usage. */
function originOf(ui: string): string {
  const url = URL.canParse(ui) ? new URL(ui) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new OffboardError('Usage', '--ui: is no address of a page; write it as the browser shows it, such as http://127.0.0.1:8080');
}

/** Throws InvalidValue, which does not repeat it. */
function secretOf(env: NodeJS.ProcessEnv): string {
  const given = env['OFFBOARD_CODEC_SECRET'];
  if (given === undefined || given === '') return randomBytes(32).toString('base64url');
  if (SECRET.test(given)) return given;
  throw new OffboardError(
    'InvalidValue',
    'OFFBOARD_CODEC_SECRET: is not 22 to 200 letters, digits, - and _; write what `openssl rand -hex 32` prints',
  );
}

async function interrupted(): Promise<void> {
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}
