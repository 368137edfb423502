import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../activities/aws/cloud.ts';
import { awsScript } from '../../activities/aws/shell/script.ts';
import type { PlannedStack } from '../../activities/aws/kinds/stack/definition.ts';
import type { ReadContext } from '../../activities/cloud.ts';
import type { PlanItem } from '../../model/plan.ts';
import { finding, planOf } from '../model/findings.ts';
import { ENTRY_ROLE, MEMBERS, OIDC_ACCOUNT } from './aws-accounts.ts';
import { awsShell } from './aws-cli.ts';
import { startMoto, type Moto } from './moto.ts';

const ACCOUNT = MEMBERS[0] as string;
const system = `aws:${ACCOUNT}` as const;
const ROLE = 'mciem-member-account-role';
const TEMPLATE = JSON.stringify({
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { RoleName: { Type: 'String' }, Trusted: { Type: 'String' } },
  Resources: {
    Member: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: { Ref: 'RoleName' },
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: { Ref: 'Trusted' } }, Action: 'sts:AssumeRole' }],
        },
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/SecurityAudit'],
        Policies: [
          {
            PolicyName: 'lookup',
            PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'cloudtrail:Get*', Resource: '*' }] },
          },
        ],
      },
    },
  },
});

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto((line) => process.stderr.write(`${line}\n`));
  const keys = { AWS_ACCESS_KEY_ID: 'independent', AWS_SECRET_ACCESS_KEY: 'independent', AWS_REGION: 'us-east-1' };
  Object.assign(process.env, keys, { AWS_ENDPOINT_URL: moto.url });
});
afterAll(() => moto.stop());

/** The stack as a plan would have it, made through another house's own CLI. */
async function made() {
  const shell = await awsShell(moto.url);
  const call = {
    StackName: 'mciem-member',
    TemplateBody: TEMPLATE,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: [
      { ParameterKey: 'RoleName', ParameterValue: ROLE },
      { ParameterKey: 'Trusted', ParameterValue: `arn:aws:iam::${OIDC_ACCOUNT}:root` },
    ],
    Tags: [{ Key: 'cost-centre', Value: '42' }],
  };
  const within = (lines: string[]) => [
    'set -euo pipefail',
    ...awsScript.prelude(context.manifest),
    ...awsScript.enter(system, context.manifest),
    ...lines,
  ];
  const { code, out, err } = await shell(
    within([`aws cloudformation create-stack --query StackId --output text --cli-input-json '${JSON.stringify(call)}'`]).join('\n'),
  );
  if (code !== 0) throw new Error(err);
  const StackId = /^arn:\S+$/m.exec(out)?.[0] ?? '';
  const cloud = awsCloud();
  const kind = cloud.kinds.find((k) => k.name === 'aws-cloudformation-stack');
  if (!kind?.undo) throw new Error('no kind');
  const api = await cloud.connect(system, context);
  const bare = planOf([finding('stack', { kind: kind.name, system, snapshot: { StackId, Members: {} } })]).items[0] as PlanItem;
  const snapshot = (await kind.read(api, bare)) ?? null;
  const item: PlanItem = { ...bare, snapshot };
  return { kind, undo: kind.undo, api, item, run: (lines: string[]) => shell(within(lines).join('\n')) };
}

const context = {
  manifest: { aws: { assumeRole: ENTRY_ROLE }, guards: { usedWithin: 0 }, waits: { settle: 20 } },
} as unknown as ReadContext;

test('a stack of another house is kept, goes with its role, and comes back the same by call and by script', async () => {
  const { kind, undo, api, item, run } = await made();
  expect(item.snapshot as PlannedStack).toMatchObject({
    StackName: 'mciem-member',
    Resources: [`AWS::IAM::Role ${ROLE}`],
    GeneratedNames: [],
    Definition: { Template: TEMPLATE, Parameters: { RoleName: ROLE }, Tags: { 'cost-centre': '42' } },
  });
  expect(undo.impossible?.(item)).toBeUndefined();
  const role = async () => [await api.role(ROLE), await api.roleParts(ROLE)] as const;
  const [before, parts] = await role();
  const isBack = async () => {
    const now = (await kind.read(api, item)) ?? null;
    expect(undo.comparable(now)).toEqual(undo.comparable(item.snapshot));
    expect(await role()).toEqual([
      expect.objectContaining({ Arn: before?.Arn, AssumeRolePolicyDocument: before?.AssumeRolePolicyDocument }),
      parts,
    ]);
    return { ...item, snapshot: now };
  };
  await kind.remove(api, [item]);
  expect([await kind.read(api, item), await api.role(ROLE)]).toEqual([undefined, undefined]);
  await undo.restore(api, [item]);
  const again = await isBack();
  expect((again.snapshot as PlannedStack).StackId).not.toBe((item.snapshot as PlannedStack).StackId);

  const words = awsScript.kinds['aws-cloudformation-stack'];
  expect(await run(words?.remove(again) ?? [])).toMatchObject({ code: 0, err: '' });
  expect(await api.role(ROLE)).toBeUndefined();
  const restore = words?.restore(again) ?? [];
  expect(await run([...restore, ...restore])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('already there: stack mciem-member') as unknown,
  });
  await isBack();
  const other = {
    ...again,
    snapshot: { ...(again.snapshot as PlannedStack), Definition: { ...(again.snapshot as PlannedStack).Definition, Template: '{}' } },
  };
  expect(await run(words?.restore(other) ?? [])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is made of another template') as unknown,
  });
}, 300_000);
