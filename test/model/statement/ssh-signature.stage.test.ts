import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { signerOf } from '../../../client/run/sign.ts';
import { normalSshKey, verifySsh } from '../../../model/statement/ssh-signature.ts';
import { securityKey } from '../../harness/security-key.ts';
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

describe.each(['ed25519', 'ecdsa'] as const)('a signature of a security key with %s', (sort) => {
  const key = securityKey(sort);
  const [touched, untouched] = [key.signed(TEXT, true), key.signed(TEXT, false)];

  test('is right for the machine’s own ssh-keygen', () => {
    const folder = mkdtempSync(join(tmpdir(), 'offboard-sk-'));
    writeFileSync(join(folder, 'signers'), `somebody namespaces="mepm-offboard" ${key.line}`);
    writeFileSync(join(folder, 'sig'), touched);
    const typed = ['-Y', 'verify', '-f', 'signers', '-I', 'somebody', '-n', 'mepm-offboard', '-s', 'sig'];
    const verify = (input: string) => spawnSync('ssh-keygen', typed, { cwd: folder, input, encoding: 'utf8' });
    expect(verify(TEXT).stdout).toMatch(/^Good "mepm-offboard" signature for somebody/);
    expect(verify(`${TEXT} `).status).not.toBe(0);
  });

  test('holds, and tells whether its owner touched it', () => {
    expect(verifySsh(TEXT, touched, 'mepm-offboard')).toEqual({ key: normalSshKey(key.line), touched: true });
    expect(verifySsh(TEXT, untouched, 'mepm-offboard')).toEqual({ key: normalSshKey(key.line), touched: false });
  });

  test('does not hold for another text or namespace, nor where somebody says for it that it was touched', () => {
    expect(verifySsh(`${TEXT} `, touched, 'mepm-offboard')).toBeUndefined();
    expect(verifySsh(TEXT, key.signed(TEXT, true, 'file'), 'mepm-offboard')).toBeUndefined();
    const lines = untouched.trim().split('\n');
    const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    bytes[bytes.length - 5] = 1;
    expect(verifySsh(TEXT, [lines[0], bytes.toString('base64'), lines.at(-1), ''].join('\n'), 'mepm-offboard')).toBeUndefined();
  });
});

test('a key whose private part only an agent holds signs by the name of its public file', async () => {
  const key = sshKey();
  const told = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
  const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(told)?.[1] ?? '';
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(told)?.[1]);
  onTestFinished(() => void process.kill(pid));
  execFileSync('ssh-add', ['-q', key.file], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  renameSync(key.file, join(dirname(key.file), 'elsewhere'));
  const env = { PATH: process.env['PATH'], OFFBOARD_SSH_KEY: `${key.file}.pub` };
  const proof = await signerOf({ ...env, SSH_AUTH_SOCK: socket })?.(TEXT);
  expect(proof).toMatchObject({ statement: TEXT });
  expect(verifySsh(TEXT, proof && 'signature' in proof ? proof.signature : '', 'mepm-offboard')?.key).toBe(normalSshKey(key.line));
  await expect(signerOf(env)?.(TEXT)).rejects.toThrow('nothing was signed');
});
