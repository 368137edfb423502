import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateIn } from '../../sandbox/state-file.ts';
import { homeOf } from '../../security/files.ts';
import type { Canary } from './search.ts';
import type { Webhook } from './webhook.ts';

const WORKER = 'environment of worker/main.ts';

/** What an operator gives the worker stands in its environment: nowhere else. */
const configured: Canary['allowed'] = (place) => (place === WORKER ? 'given to the worker by its environment' : undefined);

/** Everything secret that a stage in `folder` has when its run is over: credentials, what the clouds made of them, and keys. */
export function canariesOf(folder: string, env: NodeJS.ProcessEnv): Canary[] {
  const sandbox = join(folder, 'sandbox');
  const given = JSON.parse(readFileSync(join(sandbox, 'worker.env.json'), 'utf8')) as Record<string, string>;
  const state = stateIn(sandbox);
  const { sealKey } = (state?.credentials['aws'] ?? {}) as { sealKey?: string };
  const { kid } = (state?.credentials['signing-key'] ?? {}) as { kid?: string };
  return [
    text('the client secret in Entra ID', given['AZURE_CLIENT_SECRET'], configured),
    text('the secret access key of AWS', given['AWS_SECRET_ACCESS_KEY'], configured),
    text("Google's subject token", readFileSync(join(sandbox, 'google-subject-token'), 'utf8')),
    text('the control token of the sandbox', readFileSync(join(sandbox, 'control-token'), 'utf8')),
    text(
      'access tokens of Entra ID and Google',
      kid && Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid })).toString('base64url'),
    ),
    text('session tokens of AWS', Buffer.from('{"account":"').toString('base64url')),
    text("what AWS's session keys are made of", sealKey),
    ...keysOf(env),
  ];
}

/** In the form they are kept in, and the bytes themselves. */
function keysOf(env: NodeJS.ProcessEnv): Canary[] {
  const { keys, sealing, signing } = homeOf(env);
  const payload = Object.values((JSON.parse(readFileSync(keys, 'utf8')) as { keys: Record<string, string> }).keys);
  const { d: sealed = '' } = JSON.parse(readFileSync(sealing, 'utf8')) as { d?: string };
  const { d: signed = '' } = createPrivateKey(readFileSync(signing, 'utf8')).export({ format: 'jwk' });
  return [
    ...payload.map((key) => ({ name: 'a payload key', value: Buffer.from(key, 'base64') })),
    { name: 'the sealing key', value: Buffer.from(sealed, 'base64url') },
    { name: 'the signing key', value: Buffer.from(signed, 'base64url') },
  ];
}

/** A one-time password: whoever enters it types it, and nobody repeats it. */
export const otpCanary = (code: string): Canary => text('a one-time password', code);

/** The ID token of a decision: it proves it to whoever reads the evidence, and is in what was sent, for those who have the keys. */
export const idTokenCanary = (token: string): Canary =>
  text('an ID token', token, (place) => (/^(?:evidence: |histories, decrypted: )/.test(place) ? 'the proof of a decision' : undefined));

/** What signs what people are told of gates, and where they are told. */
export const webhookCanaries = ({ secret, token }: Pick<Webhook, 'secret' | 'token'>): Canary[] => [
  text('the secret of the webhook', secret, configured),
  text('the address of the webhook', token, configured),
];

/** What people say is for those who read records: in the clear it is in no database and no log. */
export const spoken = (words: string): Canary =>
  text('what an approver said', words, (place) => (READ.some((of) => place.startsWith(of)) ? 'told to whoever reads the run' : undefined));

const READ = ['evidence', 'output', 'histories, decrypted'];

/** Throws where there is none: what is searched for must be there. */
function text(name: string, value: string | undefined, allowed?: Canary['allowed']): Canary {
  if (!value || value.length < 6) throw new Error(`${name} is not there to be searched for`);
  return { name, value: Buffer.from(value), ...(allowed ? { allowed } : {}) };
}
