import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsScript } from '../../activities/aws/shell/script.ts';
import { policyDocument } from '../../activities/aws/snapshot.ts';
import type { PlanItem } from '../../model/plan.ts';
import { awsShell } from './aws-cli.ts';
import { expectedToGo, seed } from './aws-estate.ts';
import { productOn } from './aws-plan.ts';
import { inventory, type Inventory } from './inventory.ts';
import { startMoto, type Moto } from './moto.ts';

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto((line) => process.stderr.write(`${line}\n`));
  await seed(moto.url);
});
afterAll(() => moto.stop());

/** Without what AWS gives again (unique ids), and documents as values: lists of actions and the like are sets. */
function comparable(all: Inventory): unknown {
  const text = JSON.stringify([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.parse(text, (key, value: unknown) => {
    if (/^(Role|Policy|InstanceProfile)Id$/.test(key)) return '';
    const document = typeof value === 'string' && /^(\{|%7B)/.test(value);
    return document ? policyDocument(value) : value;
  });
}

function script(items: PlanItem[], way: 'remove' | 'restore', manifest: Parameters<typeof awsScript.enter>[1]): string {
  const lines = items.flatMap((item) => [...awsScript.enter(item.system, manifest), ...(awsScript.kinds[item.kind]?.[way](item) ?? [])]);
  return ['set -euo pipefail', ...awsScript.prelude(manifest), ...lines].join('\n');
}

test('what is removed from another house comes back the same there, call by call', async () => {
  const product = productOn(moto.url);
  const before = await inventory(moto.url);
  const items = await product.plan();
  for (const item of items) await product.remove(item);
  const without = await inventory(moto.url);
  expect([...before.keys()].filter((key) => !without.has(key)).toSorted()).toEqual(expectedToGo());
  for (const item of items.toReversed()) await product.restore(item);
  expect(comparable(await inventory(moto.url))).toEqual(comparable(before));
});

test('the generated script, run by bash with the real AWS CLI, has the same end state both ways, and can be run again', async () => {
  const product = productOn(moto.url);
  const shell = await awsShell(moto.url);
  const before = await inventory(moto.url);
  const items = await product.plan();
  // The CLI takes a second a call: what is run again is one item of each kind.
  const few = [...new Map(items.map((i) => [i.kind, i])).values()];
  for (const chosen of [items, few]) {
    expect(await shell(script(chosen, 'remove', product.manifest))).toMatchObject({ code: 0, err: '' });
    const without = await inventory(moto.url);
    expect([...before.keys()].filter((key) => !without.has(key)).toSorted()).toEqual(expectedToGo());
    expect([...without.keys()].filter((key) => !before.has(key))).toEqual([]);
  }
  for (const chosen of [items, few]) {
    expect(await shell(script(chosen.toReversed(), 'restore', product.manifest))).toMatchObject({ code: 0, err: '' });
    expect(comparable(await inventory(moto.url))).toEqual(comparable(before));
  }
  // By now another role has each name: the old plan's script leaves it alone.
  const role = items.find((i) => i.kind === 'aws-role') as PlanItem;
  const err = expect.stringContaining('left as it is') as unknown;
  expect(await shell(script([role], 'remove', product.manifest))).toMatchObject({ code: 1, err });
}, 900_000);
