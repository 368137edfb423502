import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portalCloud } from '../../../activities/portal/cloud.ts';
import type { PortalApi } from '../../../activities/portal/wire/clients.ts';
import { DELETED_MESSAGE, type SystemId } from '../../../model/names.ts';
import { FACTS, defaultManifest, planned, TENANT } from '../planned.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';

const cloud = portalCloud();
const [kind] = cloud.kinds as [(typeof cloud.kinds)[number]];
const system: SystemId = `portal:${TENANT}`;
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;
let api: PortalApi;

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
  api = await cloud.connect(system, context);
});
afterAll(() => sandbox.stop());

/** The newest one-time password in the mailbox. */
async function mailedOtp(): Promise<string> {
  const answer = await fetch(`${sandbox.origin}/mail/api/messages?to=dana.otp@contoso.example`);
  const { value } = (await answer.json()) as { value: { text: string }[] };
  return /One-time password: (\d{6})/.exec(value[0]?.text ?? '')?.[1] ?? '';
}

const wrong = (otp: string) => String((Number(otp) + 1) % 1_000_000).padStart(6, '0');

test('the three collectors of the manifest are found as the portal lists them and read back unchanged', async () => {
  await cloud.probe(api, system);
  const { findings, bystanders } = kind.match(await cloud.read(api, system, context), FACTS);
  expect(findings.map((f) => f.id)).toEqual(context.manifest.collectors.map((c) => `data-collector:${c.id}`));
  expect(findings.every((f) => f.confidence === 'certain')).toBe(true);
  expect(bystanders).toEqual([]);
  for (const finding of findings) expect(await kind.read(api, planned(finding))).toEqual(finding.snapshot);
});

test('a wrong code leaves tries, a resend too soon asks to wait, the right code deletes and the collector reads as gone', async () => {
  const { findings } = kind.match(await cloud.read(api, system, context), FACTS);
  const item = planned(findings[0] as (typeof findings)[number]);
  const { deletionId, sentTo, attemptsLeft } = await api.requestDeletion('collector-aws-1');
  expect({ sentTo, attemptsLeft }).toEqual({ sentTo: 'd***@contoso.example', attemptsLeft: 3 });
  const tooSoon = await api.resend(deletionId).catch((e: unknown) => e);
  expect(cloud.classify(tooSoon)).toMatchObject({ kind: 'retry', code: 'ResendTooSoon', retryAfterMs: expect.any(Number) as number });

  const otp = await mailedOtp();
  expect(await api.confirm(deletionId, wrong(otp))).toEqual({ kind: 'wrong', attemptsLeft: 2 });
  expect(await api.confirm(deletionId, otp)).toEqual({ kind: 'deleted', message: DELETED_MESSAGE });
  expect(await kind.read(api, item)).toBeUndefined();
  const { bystanders } = kind.match(await cloud.read(api, system, context), FACTS);
  expect(bystanders).toMatchObject([{ id: 'collector-aws-1' }]);
});

test('three wrong codes exhaust a deletion', async () => {
  const { deletionId } = await api.requestDeletion('collector-gcp-1');
  const otp = await mailedOtp();
  expect(await api.confirm(deletionId, wrong(otp))).toEqual({ kind: 'wrong', attemptsLeft: 2 });
  expect(await api.confirm(deletionId, wrong(otp))).toEqual({ kind: 'wrong', attemptsLeft: 1 });
  expect(await api.confirm(deletionId, wrong(otp))).toEqual({ kind: 'exhausted' });
  expect(await api.confirm(deletionId, otp)).toEqual({ kind: 'exhausted' });
});

test('an error about a one-time password holds it nowhere', async () => {
  const otp = '907351';
  const error = (await api.confirm('no-such-deletion', otp).catch((e: unknown) => e)) as Error;
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'NotFound' });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(otp);
});
