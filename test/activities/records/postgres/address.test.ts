import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addressOf } from '../../../../activities/records/postgres/address.ts';
import { OffboardError } from '../../../../model/errors.ts';

describe('OFFBOARD_RECORDS', () => {
  test('names user, host, port and database; where it is told, the password is left out', () => {
    expect(addressOf('postgres://offboard:p%40ss@db.example:6432/rec%2Dords')).toEqual({
      where: 'postgres://offboard@db.example:6432/rec%2Dords',
      login: { host: 'db.example', port: 6432, user: 'offboard', database: 'rec-ords' },
      password: 'p@ss',
      ssl: false,
    });
  });

  test('without a password and a port the one is looked for elsewhere, and 5432 is the other', () => {
    const address = addressOf('postgresql://offboard@[::1]/records');
    expect(address.login).toEqual({ host: '::1', port: 5432, user: 'offboard', database: 'records' });
    expect(address).not.toHaveProperty('password');
  });

  test('verify-full checks the server by the authority that is named, or by those this machine trusts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'offboard-address-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, 'an authority');
    const ssl = (parameters: string) => addressOf(`postgres://offboard@db.example/records?${parameters}`).ssl;
    expect(ssl(`sslmode=verify-full&sslrootcert=${ca}`)).toEqual({ rejectUnauthorized: true, ca: 'an authority' });
    expect(ssl('sslmode=verify-full')).toEqual({ rejectUnauthorized: true });
    // An authority that nobody is checked by would be a lie.
    expect(ssl(`sslrootcert=${ca}`)).toEqual({ rejectUnauthorized: true, ca: 'an authority' });
    expect(ssl('sslmode=disable')).toBe(false);
  });

  test.each([
    ['postgres://', 'names no host; write postgres://USER@HOST/DATABASE'],
    ['postgres://offboard@/records', 'is no address; write postgres://USER@HOST/DATABASE'],
    ['postgres://db.example/records', 'names no user'],
    ['postgres://offboard@db.example', 'names no database'],
    ['postgres://offboard@db.example/', 'names no database'],
    ['postgres://offboard@db.example/records/more', 'names no database'],
    ['postgres://offboard@one.example,two.example/records', 'names several hosts'],
    [
      'postgres://offboard:secret#1@db.example/records',
      'is no address; write postgres://USER@HOST/DATABASE; in a password @ : / ? # % are written as',
    ],
    ['postgres://offboard:1/secret@db.example/records', 'has a character that is not written as such; in a password'],
    ['postgres://offboard:1#secret@db.example/records', 'has a character that is not written as such; in a password'],
    ['postgres://offboard:1?secret@db.example/records', 'has a parameter other than sslmode, sslrootcert, sslcert, sslkey'],
    ['postgres://offboard:secret%1@db.example/records', 'has a % that begins no character'],
    ['postgres://offboard@db.example/records?password=secret', 'has a parameter other than'],
    ['postgres://offboard@db.example/records?sslmode=require', 'sslmode is neither verify-full nor disable; write sslmode=verify-full'],
    ['postgres://offboard@db.example/records?sslrootcert=/nowhere/ca.pem', 'sslrootcert names /nowhere/ca.pem, which cannot be read'],
  ])('%s is refused by name, and never repeated', (text, words) => {
    const refusal = () => addressOf(text);
    expect(refusal).toThrow(OffboardError);
    expect(refusal).toThrow(`OFFBOARD_RECORDS: ${words}`);
    expect(refusal).not.toThrow('secret');
  });
});
