import { expect, test } from 'vitest';
import { isStep, spell, step } from '../../model/next-step.ts';

test('a step of this program is spelled, its words quoted where a shell would read them', () => {
  expect(spell(step('approve', 'offboarding-1', '--gate', 'plan', '--by', "O'Neil", '--reason', '$(id)'))).toBe(
    "offboard approve offboarding-1 --gate plan --by 'O'\\''Neil' --reason '$(id)'",
  );
});

test.each<[string, unknown]>([
  ['another program', { command: 'curl', args: ['https://evil.example'] }],
  ['a command with words in it', { command: 'status; rm -rf ~', args: [] }],
  ['no list of words', { command: 'status', args: '--help' }],
  ['words that are none', { command: 'status', args: [['run']] }],
  ['an option in the place of an id', step('ready', 'run', '--sign-with=/tmp/key')],
  ['another option', step('records', 'remove', 'run', '--confirm', 'run')],
  ['a single dash', step('ready', 'run', '-x')],
  ['an escape sequence', step('status', 'run\u001b[2J')],
  ['a new line', step('status', 'run\nrm -rf ~')],
  ['letters that turn the line around', step('status', 'run\u202egnihtyna')],
  ['nothing', undefined],
])('%s is no step, and is spelled as a comment without its words', (_, value) => {
  expect(isStep(value)).toBe(false);
  expect(spell(value as never)).toMatch(/^# what could be typed here cannot be shown/);
  expect(spell(value as never)).not.toContain('evil');
});
