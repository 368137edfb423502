import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bodyOf, notifierOf, type Notice } from '../../activities/notify.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate, STARTER } from '../harness/estate.ts';
import { startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
const SECRET = 'between the worker and the chat';
const got: { body: string; signature: string }[] = [];
let answer = 200;
let chat: Server;

beforeAll(async () => {
  chat = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ body, signature: String(request.headers['x-offboard-signature']) });
      response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await once(chat.listen(0, '127.0.0.1'), 'listening');
  await stage.open();
  const url = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook?token=of-the-hook`;
  stage.deps.notify = notifierOf({ OFFBOARD_WEBHOOK_URL: url, OFFBOARD_WEBHOOK_SECRET: SECRET }, stage.deps.log, () => '');
});
afterAll(async () => {
  await stage.close();
  chat.close();
});
afterEach(() => abandonRun(stage));

test('of a gate is told who decides what until when and where to read the plan, signed; then reminded, escalated, and that it closed', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { reminder: '200ms', escalation: '400ms', gate: '800ms' };
  const run = await startedRun(stage, estate);
  const view = await stage.until(run, (v) => v.status !== 'running');
  const texts = got.splice(0).map(({ body, signature }) => {
    const [, seconds = '', hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex')).toBe(hex);
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(120);
    return (JSON.parse(body) as { text: string }).text;
  });
  expect(texts.map((t) => t.split(':')[0])).toEqual([
    'a gate waits for a decision',
    'a gate still waits for a decision',
    'a gate still waits for a decision, and will close as denied',
    'a gate closed without a decision',
  ]);
  for (const told of texts) {
    expect(told).toContain(`gate plan (opening 1) of ${view.run}, plan ${view.planHash ?? ''}. `);
    expect(told).toContain(`${APPROVER} decides until 2`);
    expect(told).toContain(`To read the plan: offboard plan ${run}`);
    expect(told).not.toContain(STARTER);
  }
});

test.each([500, 302])('a webhook that answers %i holds no gate up, and the status says that nobody was told', async (status) => {
  answer = status;
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const { out } = await stage.offboard('status', run);
  expect(out).toContain('Nobody could be told of the gate: the webhook at 127.0.0.1:');
  expect(out).not.toContain('of-the-hook');
  answer = 200;
});

const NOTICE: Notice = {
  event: 'opened',
  run: 'r',
  gate: 'plan',
  opening: 1,
  planHash: 'h',
  until: 'u',
  approvers: ['<!channel> \u202e&'],
  read: 'x',
};

test('nothing of a name is markup of the chat', () => {
  expect(bodyOf(NOTICE)).toContain('&lt;!channel&gt; \\\\u202e&amp; decides');
});

test('an address in clear beyond this machine, and one without a secret to sign with, are refused; without an address the log alone is told', async () => {
  const log = pino({ level: 'silent' });
  const of = (env: NodeJS.ProcessEnv) => notifierOf(env, log, () => 'from the file, and long enough\n');
  const address = { OFFBOARD_WEBHOOK_URL: 'https://chat.example/hook' };
  expect(() => of({ OFFBOARD_WEBHOOK_URL: 'http://chat.example/hook', OFFBOARD_WEBHOOK_SECRET: SECRET })).toThrow('is no https address');
  expect(() => of(address)).toThrow('OFFBOARD_WEBHOOK_SECRET: is missing');
  expect(of({ ...address, OFFBOARD_WEBHOOK_SECRET_FILE: '/run/secret' })).toBeTypeOf('function');
  expect(await of({})(NOTICE)).toBeUndefined();
});
