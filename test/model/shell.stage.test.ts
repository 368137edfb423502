import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quote } from '../../model/quote.ts';
import { command } from '../../model/shell.ts';

const WORDS = [
  'plain-word_1',
  "it's",
  '$(touch x)',
  '`id`',
  'a b',
  '',
  '"',
  '\\',
  'line\nbreak',
  '*',
  '~',
  '!x',
  '#no comment',
  'ünï',
  '-f',
];

describe('words for bash', () => {
  it('come out of a real bash as they went in', () => {
    for (const word of WORDS) {
      expect(execFileSync('bash', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' })).toBe(word);
    }
  });

  it('keep their number in a command', () => {
    const out = execFileSync('bash', ['-c', `count() { echo $#; }; ${command('count', ...WORDS)}`], { encoding: 'utf8' });
    expect(out.trim()).toBe(String(WORDS.length));
  });
});
