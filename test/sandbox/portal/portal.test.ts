import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, workerToken } from '../start-sandbox.ts';
import { sandboxHere, type SandboxHere } from '../sandbox-here.ts';

interface Deletion {
  deletionId: string;
  sentTo: string;
  expiresAt: string;
  attemptsLeft: number;
}
interface Refusal {
  error: { code: string; attemptsLeft?: number };
}

const RECIPIENT = 'dana.otp@contoso.example';
let sandbox: SandboxHere;
let headers: Record<string, string>;

/** The newest code in the mailbox. */
async function mailedOtp(): Promise<string> {
  const mails = await call<{ value: { text: string }[] }>(sandbox, 'GET', `/mail/api/messages?to=${RECIPIENT}`);
  return /\b\d{6}\b/.exec(mails.json().value[0]?.text ?? '')?.[0] ?? 'none';
}

const other = (otp: string) => (otp === '000000' ? '111111' : '000000');
const post = <T>(path: string, body?: object) => call<T>(sandbox, 'POST', `/portal/api${path}`, { headers, ...(body ? { body } : {}) });
const request = async (collector: string) => (await post<Deletion>(`/collectors/${collector}/deletion`)).json();

beforeAll(async () => {
  sandbox = await sandboxHere();
  headers = { authorization: `Bearer ${await workerToken(sandbox, 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c/.default')}` };
});
afterAll(() => sandbox.stop());

describe("the portal's API", () => {
  test('answers nobody without a token of the right audience', async () => {
    expect((await call(sandbox, 'GET', '/portal/api/collectors')).status).toBe(401);
    const graph = await workerToken(sandbox, 'https://graph.microsoft.com/.default');
    const wrong = await call(sandbox, 'GET', '/portal/api/collectors', { headers: { authorization: `Bearer ${graph}` } });
    expect(wrong.status).toBe(401);
  });

  test('lists collectors and administrators', async () => {
    const list = await call<{ value: { id: string; type: string }[] }>(sandbox, 'GET', '/portal/api/collectors', { headers });
    expect(list.json().value.map((c) => c.type)).toEqual(['aws', 'azure', 'gcp']);
    const administrators = await call(sandbox, 'GET', '/portal/api/administrators', { headers });
    expect(administrators.json()).toEqual({ value: [RECIPIENT] });
  });

  test('deletes with the mailed code, after a wrong one and a resend that ends the first code', async () => {
    const opened = await post<Deletion>('/collectors/collector-aws-1/deletion');
    expect(opened.status).toBe(202);
    const deletion = opened.json();
    expect(deletion).toMatchObject({ sentTo: 'd***@contoso.example', attemptsLeft: 3 });
    expect(await request('collector-aws-1')).toEqual(deletion);
    const first = await mailedOtp();

    const soon = await post<Refusal>(`/deletions/${deletion.deletionId}/resend`);
    expect([soon.status, soon.headers['retry-after']]).toEqual([429, '2']);
    sandbox.advance(2_100);
    expect((await post(`/deletions/${deletion.deletionId}/resend`)).status).toBe(200);
    const second = await mailedOtp();
    const old = await post<Refusal>(`/deletions/${deletion.deletionId}/otp`, { otp: first === second ? other(second) : first });
    expect([old.status, old.json().error]).toMatchObject([400, { code: 'WrongOtp', attemptsLeft: 2 }]);

    const done = await post(`/deletions/${deletion.deletionId}/otp`, { otp: second });
    expect([done.status, done.json()]).toEqual([200, { message: 'Successfully deleted configuration' }]);
    expect((await call(sandbox, 'GET', '/portal/api/collectors/collector-aws-1', { headers })).status).toBe(404);
    expect((await post(`/deletions/${deletion.deletionId}/otp`, { otp: second })).status).toBe(404);
  });

  test('ends a deletion after three wrong codes, and a new request opens another', async () => {
    const { deletionId } = await request('collector-azure-1');
    const right = await mailedOtp();
    const statuses = [];
    for (const otp of [other(right), other(right), other(right), right])
      statuses.push((await post<Refusal>(`/deletions/${deletionId}/otp`, { otp })).json().error.code);
    expect(statuses).toEqual(['WrongOtp', 'WrongOtp', 'TooManyAttempts', 'TooManyAttempts']);
    expect((await call(sandbox, 'GET', '/portal/api/collectors/collector-azure-1', { headers })).status).toBe(200);
    const again = await request('collector-azure-1');
    expect(again.deletionId).not.toBe(deletionId);
    expect(again.attemptsLeft).toBe(3);
  });

  test('a code in the wrong shape costs no attempt', async () => {
    const { deletionId, attemptsLeft } = await request('collector-azure-1');
    expect((await post<Refusal>(`/deletions/${deletionId}/otp`, { otp: '12' })).json().error.code).toBe('BadRequest');
    expect((await request('collector-azure-1')).attemptsLeft).toBe(attemptsLeft);
  });
});

describe("the portal's pages", () => {
  let origin: Record<string, string>;
  beforeEach(() => {
    origin = { origin: sandbox.origin };
  });

  test('lead a person from the list to the deleted configuration', async () => {
    const list = await call(sandbox, 'GET', '/portal/collectors?type=gcp');
    expect(list.text).toContain('Delete Configuration');
    const url = /href="(\/portal\/collectors\/[^"]+\/delete)"/.exec(list.text)?.[1] ?? '';
    expect((await call(sandbox, 'GET', url)).text).toContain('Permissions Management Onboarding - Summary');
    const asked = await call(sandbox, 'POST', url, { headers: origin });
    expect(asked.status).toBe(303);
    const page = String(asked.headers['location']);
    expect((await call(sandbox, 'GET', page)).text).toContain('Enter OTP');
    const wrong = await call(sandbox, 'POST', `${page}/otp`, {
      headers: origin,
      body: new URLSearchParams({ otp: other(await mailedOtp()) }),
    });
    expect([wrong.status, wrong.text.includes('2 attempts are left')]).toEqual([400, true]);
    const done = await call(sandbox, 'POST', `${page}/otp`, { headers: origin, body: new URLSearchParams({ otp: await mailedOtp() }) });
    expect(done.text).toContain('Successfully deleted configuration');
    expect((await call(sandbox, 'GET', '/portal/collectors?type=gcp')).text).toContain('No GCP data collector is configured');
  });

  test("take no form from another site's page", async () => {
    const asked = await call(sandbox, 'POST', '/portal/collectors/collector-azure-1/delete', {
      headers: { origin: 'https://evil.example' },
    });
    expect(asked.status).toBe(404);
  });

  test('show the mails, with their text escaped', async () => {
    const page = await call(sandbox, 'GET', '/mail');
    expect(page.text).toContain('One-time password:');
    expect(page.text).toContain('&quot;Contoso');
  });
});
