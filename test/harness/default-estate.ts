import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { APPROVER, STARTER, TENANT, type TestEstate } from './estate.ts';

/** The estate that `npm start` runs on, in a tenant of the test file's own and with the stage's people. */
export function defaultEstate(): TestEstate {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'estates', 'default.yaml'), 'utf8');
  const tenant = (parse(text) as TestEstate).manifest.tenant.id;
  const estate = parse(text.replaceAll(tenant, TENANT)) as TestEstate;
  estate.manifest.approvers = [STARTER, APPROVER];
  return estate;
}
