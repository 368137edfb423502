import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  paginateListPolicies,
  paginateListRoles,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { z } from 'zod';
import type { ManifestSchema } from '../../model/manifest.ts';
import { account, aws } from '../../scripts/large-estate/aws.ts';
import { AWS_AUDIENCE, count, DANA, ENTRY_ROLE, GCP_AUDIENCE, TENANT } from '../../scripts/large-estate/base.ts';
import { azure, directory, subscription } from '../../scripts/large-estate/microsoft.ts';
import { EstateObjectSchema, objectKey, type EstateObject } from '../../sandbox/objects.ts';
import { together } from '../bare/pool.ts';

/** What stands in moto, and what the sandbox plays beside it: directory, portal, and a subscription, which tells that Defender for Cloud uses nothing of it. */
export interface MotoEstate {
  manifest: z.input<typeof ManifestSchema>;
  accounts: string[];
  aws: EstateObject[];
  beside: EstateObject[];
}

const AT_ONCE = 8;
const THUMBPRINT = '626d44e704d1ceabe3bf0d53397464ac8080142c';
const BASE = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

/** The accounts of the large estate, without AWS's own policies, which make moto slow. */
export function motoEstate(accounts: number): MotoEstate {
  const ids = count(accounts).map(account);
  const [home = '', ...members] = ids;
  return {
    manifest: {
      tenant: { id: TENANT },
      successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: DANA },
      aws: { oidcAccount: home, members, assumeRole: ENTRY_ROLE },
      azure: { subscriptions: [subscription(0)] },
      entra: { applications: [AWS_AUDIENCE, GCP_AUDIENCE] },
      collectors: [{ id: 'collector-aws', type: 'aws', driver: 'http', recipient: DANA }],
      approvers: [DANA, 'riley@litware.example'],
      breakers: { maxItems: 1_000_000, maxPercent: 100 },
    },
    accounts: ids,
    aws: aws(accounts).map((o) => withoutAwsOwn(EstateObjectSchema.parse(o))),
    beside: [...azure(1), ...directory()].map((o) => EstateObjectSchema.parse(o)),
  };
}

const withoutAwsOwn = (o: EstateObject): EstateObject =>
  o.kind === 'aws-role' ? { ...o, attached: o.attached.filter((arn) => !arn.startsWith('arn:aws:iam::aws:')) } : o;

/** Empties moto and makes the estate in it, by its own API. */
export async function seedMoto(url: string, estate: MotoEstate): Promise<void> {
  const reset = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
  if (!reset.ok) throw new Error(`moto was not reset: ${reset.status}`);
  const of = byAccount(estate);
  await together(estate.accounts, AT_ONCE, async (id) => {
    await inAccount(url, id, async (iam) => {
      const here = of.get(id) ?? [];
      for (const o of here) await makeFirst(iam, o, here);
      for (const o of here) await makeRole(iam, o);
    });
  });
}

/** What of ours still stands, and what of others' does not: keys of objects. */
export async function standing(url: string, estate: MotoEstate): Promise<{ left: string[]; lost: string[] }> {
  const arns = new Set<string | undefined>();
  await together(estate.accounts, AT_ONCE, async (id) => {
    await inAccount(url, id, async (client) => {
      for await (const page of paginateListRoles({ client }, {})) for (const role of page.Roles ?? []) arns.add(role.Arn);
      for await (const page of paginateListPolicies({ client }, { Scope: 'Local' }))
        for (const policy of page.Policies ?? []) arns.add(policy.Arn);
      const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
      for (const provider of OpenIDConnectProviderList) arns.add(provider.Arn);
    });
  });
  const things = estate.aws.filter((o) => ['aws-role', 'aws-policy', 'aws-oidc-provider'].includes(o.kind));
  const there = (o: EstateObject) => arns.has(objectKey(o).slice(o.kind.length + 1));
  return {
    left: things.filter((o) => o.ours && there(o)).map(objectKey),
    lost: things.filter((o) => !o.ours && !there(o)).map(objectKey),
  };
}

function byAccount({ aws: objects }: MotoEstate): Map<string, EstateObject[]> {
  return Map.groupBy(objects, (o) => ('account' in o ? o.account : ''));
}

async function inAccount(url: string, id: string, work: (iam: IAMClient) => Promise<void>): Promise<void> {
  const sts = new STSClient({ ...BASE, endpoint: url });
  const RoleArn = `arn:aws:iam::${id}:role/${ENTRY_ROLE}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'bench' }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: sessionToken = '' } = Credentials ?? {};
  const iam = new IAMClient({ region: BASE.region, endpoint: url, credentials: { accessKeyId, secretAccessKey, sessionToken } });
  try {
    await work(iam);
  } finally {
    sts.destroy();
    iam.destroy();
  }
}

/** Policies and providers. */
async function makeFirst(iam: IAMClient, o: EstateObject, here: readonly EstateObject[]): Promise<void> {
  if (o.kind === 'aws-policy') {
    const [document] = o.versions;
    await iam.send(new CreatePolicyCommand({ PolicyName: o.name, PolicyDocument: JSON.stringify(document) }));
  }
  if (o.kind === 'aws-oidc-provider') {
    const ids = here.flatMap((c) => (c.kind === 'aws-oidc-client-id' && c.url === o.url ? [c.clientId] : []));
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${o.url}`, ClientIDList: ids, ThumbprintList: [THUMBPRINT] }));
  }
}

async function makeRole(iam: IAMClient, o: EstateObject): Promise<void> {
  if (o.kind !== 'aws-role') return;
  const RoleName = o.name;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(o.trust) }));
  for (const PolicyArn of o.attached) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  for (const [PolicyName, document] of Object.entries(o.inline))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
}
