import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVERYWHERE, stageForDiscoveries } from '../harness/discoveries.ts';
import { expectRefused } from './on-stage.ts';

const { stage, folder, discover } = stageForDiscoveries('1b7e4a93-6c2d-4f58-9e01-7d3c5b8a2f46');

describe('Bad input is refused with option and mend, and nothing is written or started', () => {
  const accounts = () => {
    const file = join(stage.folder, 'accounts.txt');
    writeFileSync(file, '210987654301\n# a comment\n21098\n');
    return file;
  };
  const cases: [string, () => string[], Parameters<typeof expectRefused>[1], string][] = [
    ['a tenant that is no GUID', () => ['--tenant', 'contoso'], 'InvalidValue', '--tenant: contoso is not a GUID'],
    ['an unknown cloud', () => ['--cloud', 'mars'], 'InvalidValue', '--cloud: mars is no cloud; write public, usgov or china'],
    [
      'an account that is none',
      () => ['--aws-accounts', '210987654301,12', '--aws-role', 'entry'],
      'InvalidValue',
      '--aws-accounts: 12 is not an AWS account id',
    ],
    [
      'an account named twice',
      () => ['--aws-accounts', '210987654301,210987654301', '--aws-role', 'entry'],
      'DuplicateSystem',
      'named twice',
    ],
    ['accounts from two sources', () => [...EVERYWHERE, '--aws-accounts', '210987654301'], 'Usage', 'give one of the two'],
    [
      'a file that is not there',
      () => ['--aws-accounts-file', 'nowhere', '--aws-role', 'entry'],
      'UnreadableFile',
      '--aws-accounts-file: nowhere',
    ],
    [
      'a line that is no account',
      () => ['--aws-accounts-file', accounts(), '--aws-role', 'entry'],
      'InvalidValue',
      ':3: is not an AWS account id',
    ],
    [
      'an organisation that is no number',
      () => ['--gcp-organization', 'contoso.com'],
      'InvalidValue',
      '--gcp-organization: contoso.com is not a number',
    ],
    ['a cloud named and left out', () => ['--without', 'azure,aws', '--aws-role', 'x'], 'Usage', '--without: contradicts --aws-role'],
    ['an unknown cloud left out', () => ['--without', 'oracle'], 'InvalidValue', '--without: oracle is no cloud to leave out'],
    ['a list to leave out that is none', () => ['--exclude', 'buckets=x'], 'Usage', '--exclude: buckets=x names no list and pattern'],
    ['a pattern of the wrong shape', () => ['--exclude', 'accounts=contoso'], 'InvalidValue', '--exclude: '],
    [
      'a pattern said twice',
      () => ['--exclude', 'projects=a*', '--exclude', 'projects=a*'],
      'DuplicateSystem',
      '--exclude: a* is named twice',
    ],
    [
      'what is named and left out',
      () => ['--gcp-projects', 'sys-26380', '--exclude', 'projects=sys-*'],
      'InvalidValue',
      'is named, and left out as well',
    ],
    ['half a successor', () => ['--successor', 'Delinea', '--since', '2025-06-30'], 'Usage', '--attested-by is missing'],
    [
      'a day that is none',
      () => ['--successor', 'D', '--since', '2025-02-30', '--attested-by', 'dana'],
      'InvalidValue',
      '--since: 2025-02-30 is not a date',
    ],
    ['an unknown option', () => ['--everything'], 'Usage', '--everything'],
  ];

  test.each(cases)('%s', async (_, options, code, words) => {
    expectRefused(await discover(...options(), '--out', folder('refused')), code, words);
    expect(existsSync(folder('refused'))).toBe(false);
  });

  test('a folder that is a file', async () => {
    writeFileSync(folder('file'), '');
    expectRefused(await discover('--out', folder('file')), 'InvalidValue', '--out:', 'is a file; name a folder');
    // Before the clouds are asked, which may take long.
    expectRefused(await discover('--out', folder('file/found')), 'UnreadableFile', '--out:', 'cannot be written to');
  });

  test('an inventory of nothing', async () => {
    mkdirSync(folder('empty'));
    expectRefused(await stage.offboard('inventory', folder('empty')), 'UnreadableFile', 'inventory.json', 'a discovery wrote');
    writeFileSync(join(folder('empty'), 'inventory.json'), '{"version":2}');
    expectRefused(await stage.offboard('inventory', folder('empty')), 'InvalidValue', 'is no inventory');
    expectRefused(await stage.offboard('inventory', 'discovery-nobody'), 'RunNotFound', 'discovery-nobody');
    expectRefused(await stage.offboard('inventory', 'nowhere'), 'RunNotFound', 'neither a folder nor a discovery');
    expectRefused(await stage.offboard('inventory', folder('empty'), '--for', 'sale'), 'Usage', '--for: sale');
    expectRefused(await stage.offboard('inventory', folder('empty'), '--format', 'xml'), 'Usage', '--format: xml');
  });
});
