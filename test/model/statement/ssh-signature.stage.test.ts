import { describe, expect, test } from 'vitest';
import { normalSshKey, verifySsh } from '../../../model/statement/ssh-signature.ts';
import { sshKey, sshSigned } from '../../harness/ssh.ts';

const TEXT = '{"approve":"this"}';

describe.each(['ed25519', 'ecdsa', 'rsa'] as const)('a signature of ssh-keygen with %s', (sort) => {
  const key = sshKey(sort);
  const signature = sshSigned(key, TEXT);

  test('holds for the very text, and tells the key', () => {
    expect(verifySsh(TEXT, signature, 'mepm-offboard')).toEqual({ key: normalSshKey(key.line), touched: undefined });
  });

  test.each([
    ['another text', `${TEXT} `, signature],
    ['another namespace', TEXT, sshSigned(key, TEXT, 'file')],
    ['no armor', TEXT, signature.split('\n').slice(1).join('\n')],
    ['half of it', TEXT, signature.replace(/(?<=-----\n)(.{70}\n)/, '')],
    ['nothing', TEXT, ''],
  ])('does not hold for %s', (_what, text, armored) => {
    expect(verifySsh(text, armored, 'mepm-offboard')).toBeUndefined();
  });

  test('does not hold with any one byte changed', () => {
    const lines = signature.trim().split('\n');
    const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    const held = [...bytes.keys()].filter((at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const armored = [lines[0], changed.toString('base64'), lines.at(-1), ''].join('\n');
      return verifySsh(TEXT, armored, 'mepm-offboard') !== undefined;
    });
    expect(held).toEqual([]);
  });
});

test.each([
  ['no key at all', 'ssh-ed25519', 'is not the line of a .pub file'],
  ['another type than its key', sshKey().line.replace('ssh-ed25519 ', 'ssh-rsa '), 'says ssh-rsa, but its key is of another type'],
  ['a key of a kind that is not taken', `ssh-dss ${Buffer.from('\0\0\0\x07ssh-dss').toString('base64')}`, 'is of type ssh-dss'],
])('a line with %s is refused', (_what, line, words) => {
  expect(() => normalSshKey(line)).toThrow(words);
});
