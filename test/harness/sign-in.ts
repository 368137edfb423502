import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { main } from '../../client/cli.ts';
import type { Policy } from '../../model/policy.ts';
import { signInByForms } from '../../sandbox/sign-in/browser.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER, TENANT, type TestEstate } from './estate.ts';
import type { CliResult, Stage } from './stage.ts';

/** People of the small estate who can sign in: each name of the policy, or none for whoever a group admits. */
export const CLIENT = randomUUID();
export const GROUP = randomUUID();
export const ROLE = randomUUID();
export const MEMBER = randomUUID();
export const HOLDER = randomUUID();
export const STRANGER = randomUUID();
const OID = { [STARTER]: randomUUID(), [APPROVER]: randomUUID() };
export const PASSWORD = 'correct horse battery staple';

export const userOf = (who: string): string => (who.includes('@') ? who : `${who}@contoso.example`);

/** The small estate with an application to sign in to, people with passwords, a group within a group, and somebody with a directory role. */
export function estateWithPeople(): TestEstate {
  const estate = smallEstate();
  estate.manifest.approvers = [STARTER, APPROVER, 'the approvers', 'the administrators'];
  for (const o of estate.objects)
    if (o.kind === 'entra-user' && 'userPrincipalName' in o && o.userPrincipalName === MAILBOX) Object.assign(o, { password: PASSWORD });
  const user = (id: string, name: string, acrs: string[] = []) => ({
    kind: 'entra-user',
    ours: false,
    id,
    displayName: name,
    userPrincipalName: userOf(name),
    password: PASSWORD,
    acrs,
  });
  const inner = randomUUID();
  estate.objects.push(
    { kind: 'entra-public-client', ours: false, clientId: CLIENT } as never,
    user(OID[STARTER] ?? '', STARTER) as never,
    user(OID[APPROVER] ?? '', APPROVER, ['c1']) as never,
    user(MEMBER, 'member') as never,
    user(HOLDER, 'holder') as never,
    user(STRANGER, 'stranger') as never,
    { kind: 'entra-group', ours: false, id: inner, displayName: 'inner', members: [MEMBER] } as never,
    { kind: 'entra-group', ours: false, id: GROUP, displayName: 'approvers', members: [inner] } as never,
    { kind: 'entra-role-assignment', ours: false, id: 'holder-has-it', roleDefinitionId: ROLE, principalId: HOLDER } as never,
  );
  return estate;
}

/** A policy by which these people sign in at the stage's sandbox. */
export function signInPolicy(stage: Stage, more: Partial<Policy> = {}): Policy {
  const dana = smallEstate().objects.find((o) => 'userPrincipalName' in o && o.userPrincipalName === MAILBOX) as { id: string };
  return {
    identity: 'entra',
    entra: { tenant: TENANT, clientId: CLIENT, cloud: 'public', authority: `${stage.sandbox.client.origin}/sign-in` },
    people: [
      { name: STARTER, keys: [], oid: OID[STARTER] },
      { name: APPROVER, keys: [], oid: OID[APPROVER] },
      { name: MAILBOX, keys: [], oid: dana.id },
      { name: 'the approvers', keys: [], group: GROUP },
      { name: 'the administrators', keys: [], role: ROLE },
    ],
    approvers: [STARTER, APPROVER, 'the approvers', 'the administrators'],
    fourEyes: true,
    maxItems: 10_000,
    ...more,
  };
}

/** What a command said before the browser opened, and the address. */
export interface Shown {
  text: string;
  address: string;
}

/** Types a command, and signs in with a browser where it says so; `meet` is what is done with the address instead. */
export async function typedAndSignedIn(
  stage: Stage,
  who: string,
  args: string[],
  {
    stdin = Readable.from(['']),
    interactive = false,
    meet = (shown) => browse(shown, who),
  }: { stdin?: Readable; interactive?: boolean; meet?: (shown: Shown) => Promise<void> } = {},
): Promise<CliResult & { shown?: Shown }> {
  const result: CliResult & { shown?: Shown } = { code: 0, out: '', err: '' };
  let met: Promise<void> | undefined;
  const err = (text: string) => {
    const address = /^https:\/\/\S+$/m.exec(text)?.[0];
    if (address === undefined) return void (result.err += text);
    result.shown = { text, address };
    met = meet(result.shown);
  };
  const io = {
    out: (text: string) => void (result.out += `${text}\n`),
    err,
    env: stage.env,
    stdin,
    interactive,
    program: 'offboard',
  };
  result.code = await main(args, io);
  await met;
  return result;
}

/** Opens the address, signs in, and opens the address that it is sent back to. */
export async function browse({ address }: Shown, who: string): Promise<void> {
  const back = await signInByForms(address, userOf(who), PASSWORD);
  const answer = await fetch(back);
  if (!answer.ok) throw new Error(`the command answered its browser ${answer.status}`);
}
