import { expect, test } from 'vitest';
import { benchOptions } from '../../bench/options.ts';

test.each([
  [['--systems', '0'], '--systems: 0 cannot be measured; give a whole number from 10 to 100000'],
  [['--systems', 'many'], '--systems: many cannot be measured; give a whole number from 10 to 100000'],
  [['--systems', '10', '--runs', '0'], '--runs: 0 cannot be measured; give a whole number from 1 to 50'],
  [[], '--systems is missing; say how many systems the estate has, from 10 to 100000'],
  [['--suite', 'some'], '--suite: there is no suite some; give all'],
  [['--systems', '10', '--workers', '0'], '--workers: 0 cannot be measured; give a whole number from 1 to 8'],
  [['--moto', '1'], '--moto: 1 cannot be measured; give a whole number from 2 to 100000'],
  [['--system', '10'], "Unknown option '--system'"],
])('%j is refused with the option and what to give instead', (args, words) => {
  expect(() => benchOptions(args)).toThrow(words);
});

test('one pair is measured where nothing is said', () => {
  expect(benchOptions(['--systems', '1000'])).toEqual({
    sizes: [1000],
    workers: 1,
    moto: [],
    latency: 0,
    c7nOrg: true,
    runs: 1,
    json: false,
  });
});

test('accounts of moto are measured by themselves, c7n-org left out where it is said', () => {
  const args = ['--moto', '100', '--moto', '10', '--latency', '100', '--without-c7n-org'];
  expect(benchOptions(args)).toMatchObject({ sizes: [], moto: [10, 100], latency: 100, c7nOrg: false });
});

test.each([
  [
    ['--suite', 'all'],
    [30, 1000],
  ],
  [
    ['--suite', 'all', '--systems', '10000'],
    [30, 1000, 10000],
  ],
  [
    ['--systems', '300', '--systems', '30'],
    [30, 300],
  ],
])('%j measures each of these sizes once, the smallest first', (args, sizes) => {
  expect(benchOptions(args).sizes).toEqual(sizes);
});
