import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { permissionFiles } from '../../scripts/permission-files.ts';

const FOLDER = 'docs/permissions';

test('the permission files are what the tables beside the calls give: npm run permissions writes them anew', () => {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
  const there = Object.fromEntries(names.map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]));
  expect(there).toEqual(permissionFiles());
});
