import { expect, test } from 'vitest';
import { asInvoked, invocationOf } from '../../client/terminal/invocation.ts';

const CLONE = '/clone/client/main.ts';

test.each([
  ['npm run offboard', { npm_lifecycle_event: 'offboard' }, CLONE, '/clone', 'npm run offboard --'],
  ['npm start', { npm_lifecycle_event: 'start' }, CLONE, '/clone', 'npm run offboard --'],
  ['node', {}, CLONE, '/clone', 'node client/main.ts'],
  ['node from elsewhere', {}, CLONE, '/tmp', 'node ../clone/client/main.ts'],
  ['an installed command', {}, '/usr/local/bin/offboard', '/tmp', 'offboard'],
  ['npx', { npm_lifecycle_event: 'npx' }, '/cache/bin/offboard', '/tmp', 'offboard'],
  ['Compose', { OFFBOARD_COMMAND: 'docker compose run --rm offboard' }, CLONE, '/app', 'docker compose run --rm offboard'],
])('called by %s, the program knows how it is called again', (_, env, script, folder, invocation) => {
  expect(invocationOf(env, script, folder)).toBe(invocation);
});

const VERBS = ['status', 'approve', 'resend-otp'];
const shown = (text: string) => asInvoked(text, 'npm run offboard --', VERBS);

test('every command in a text is written so that it can be copied', () => {
  expect(shown('Enter it: offboard approve RUN (no? offboard resend-otp RUN); look at offboard status')).toBe(
    'Enter it: npm run offboard -- approve RUN (no? npm run offboard -- resend-otp RUN); look at npm run offboard -- status',
  );
});

test.each([
  'offboard takes Permissions Management out',
  'mepm-offboard status',
  '/home/offboard status',
  'npm run offboard -- status',
  'offboard: RUN',
])('%s names no command, and stays', (text) => {
  expect(shown(text)).toBe(text);
});

test('JSON stays as it is, and a line that merely begins like JSON does not', () => {
  const json = JSON.stringify({ command: 'offboard status RUN' });
  expect(shown(json)).toBe(json);
  expect(shown('[1.0 s] offboard status RUN')).toBe('[1.0 s] npm run offboard -- status RUN');
});
