import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as openid from 'openid-client';
import { parse, stringify } from 'yaml';
import { issuerOf, type SignInPolicy } from '../../model/identity/entra.ts';
import { nonceFor } from '../../model/statement/id-token.ts';
import { SIGNED_AS, type Proof } from '../../model/statement/statement.ts';
import { signInByForms } from '../../sandbox/sign-in/browser.ts';

/** How people of a scene prove a statement. `elsewhere`: for another purpose than this. */
export interface Signers {
  /** What the policy has of it. */
  policy(sandbox: string): object;
  prove(statement: string, name: string, elsewhere?: boolean): Promise<Proof>;
  /** How the same person proves something in another way: by another key of theirs, or by one more sign-in. */
  another(name: string): string;
  /** Where people sign in, if they do. */
  entra?(): SignInPolicy;
  /** A person's object id there. */
  oidOf?(name: string): string;
  /** Signs a person in at an address that a command printed, as their browser does. */
  browse?(address: string, name: string): Promise<void>;
}

const keyFile = (folder: string, name: string) => join(folder, name.replaceAll(/\W/g, '_'));

/** Each has an SSH key; who is `unknown` has one that the policy gives to nobody. */
export function sshSigners(folder: string, people: readonly string[], unknown: string): Signers {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const another = (name: string) => `${name} 2`;
  const keys = [...people, unknown].map((name) => {
    const files = [name, another(name)].map((n) => keyFile(folder, n));
    for (const file of files) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return { name, keys: files.map((file) => readFileSync(`${file}.pub`, 'utf8').trim()) };
  });
  return {
    another,
    policy: () => ({ identity: 'ssh', people: keys.filter((k) => k.name !== unknown) }),
    prove(statement, name, elsewhere = false) {
      const file = join(folder, `${randomUUID()}.json`);
      writeFileSync(file, statement);
      const namespace = elsewhere ? 'git' : SIGNED_AS;
      execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-f', keyFile(folder, name), '-n', namespace, file], { stdio: 'pipe' });
      return Promise.resolve({ statement, signature: readFileSync(`${file}.sig`, 'utf8') });
    },
  };
}

const PASSWORD = 'correct horse battery staple';
const REDIRECT = 'http://127.0.0.1:9/signed-in';

/** Each signs in at the sandbox, for which its estate is given people with passwords; who is `unknown` the policy does not name. */
export function signInSigners(estate: string, copy: string, people: readonly string[], unknown: string): Signers & { estate: string } {
  const read = parse(readFileSync(estate, 'utf8')) as { manifest: { tenant: { id: string } }; objects: Record<string, unknown>[] };
  const [clientId, anotherClient] = [randomUUID(), randomUUID()];
  const userOf = (name: string) => (name.includes('@') ? name : `${name}@contoso.example`);
  const oids = new Map<string, string>();
  for (const name of [...people, unknown]) {
    const known = read.objects.find((o) => o['kind'] === 'entra-user' && o['userPrincipalName'] === userOf(name));
    const user = known ?? { kind: 'entra-user', ours: false, id: randomUUID(), displayName: name, userPrincipalName: userOf(name) };
    if (!known) read.objects.push(user);
    user['password'] = PASSWORD;
    oids.set(name, String(user['id']));
  }
  for (const id of [clientId, anotherClient]) read.objects.push({ kind: 'entra-public-client', ours: false, clientId: id });
  writeFileSync(copy, stringify(read));
  const entra: SignInPolicy = { tenant: read.manifest.tenant.id.toLowerCase(), clientId, cloud: 'public' };
  return {
    estate: copy,
    another: (name) => name,
    entra: () => entra,
    browse: async (address, name) => {
      const answer = await fetch(await signInByForms(address, userOf(name), PASSWORD));
      if (!answer.ok) throw new Error(`the command answered the browser ${answer.status}`);
    },
    oidOf: (name) => oids.get(name) ?? '',
    policy(sandbox) {
      entra.authority = `${sandbox}/sign-in`;
      return { identity: 'entra', entra, people: people.map((name) => ({ name, oid: oids.get(name) })) };
    },
    async prove(statement, name, elsewhere = false) {
      const config = await openid.discovery(new URL(issuerOf(entra)), elsewhere ? anotherClient : clientId, undefined, openid.None());
      const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), nonceFor(statement)];
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT,
        scope: 'openid profile',
        prompt: 'login',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        nonce,
        state,
      });
      const back = await signInByForms(address.href, userOf(name), PASSWORD);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
      const { id_token: idToken = '' } = await openid.authorizationCodeGrant(config, new URL(back), checks);
      return { statement, idToken };
    },
  };
}
