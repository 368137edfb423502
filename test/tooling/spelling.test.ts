import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../client/commands/index.ts';
import { COMMAND_NAMES } from '../../model/next-step.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SPELLED = new RegExp(`\\boffboard (${COMMAND_NAMES.join('|')})\\b`);

/** Lines that spell a command of the CLI, with their place. */
function spelledIn(...folders: string[]): string[] {
  return globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: ROOT },
  ).flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, n) => (SPELLED.test(line) ? [`${file}:${n + 1}: ${line.trim()}`] : [])),
  );
}

test('the steps that can be named are the commands there are, in the order of the help', () => {
  expect(COMMANDS.map((c) => c.name)).toEqual(COMMAND_NAMES);
});

test('no sentence spells a command: whoever shows a next step does, in the words of the program that the person has', () => {
  expect(spelledIn('model', 'activities', 'workflows', 'security', 'temporal', 'worker', 'client')).toEqual([]);
});
