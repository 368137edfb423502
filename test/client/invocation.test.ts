import { expect, test } from 'vitest';
import { invocationOf } from '../../client/terminal/invocation.ts';
import { aboutRun, RUN, spell, step } from '../../model/next-step.ts';

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

test('a step is spelled in the words of the program, each word so that a shell takes it as it is', () => {
  const confirm = step('confirm', 'RUN', 'collector-aws', '--statement', "it's gone");
  expect(spell(confirm, 'npm run offboard --')).toBe("npm run offboard -- confirm RUN collector-aws --statement 'it'\\''s gone'");
  expect(spell(confirm)).toMatch(/^offboard confirm RUN /);
});

test('a step that leaves open which run it is about is told that by whoever knows', () => {
  expect(aboutRun([step('status', RUN), step('retry', 'other', '--reason', 'TEXT')], 'offboarding-1')).toEqual([
    step('status', 'offboarding-1'),
    step('retry', 'other', '--reason', 'TEXT'),
  ]);
});
