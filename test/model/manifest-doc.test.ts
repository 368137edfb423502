import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import { parseManifest } from '../../model/parse-manifest.ts';
import { readText } from '../../security/files.ts';

const doc = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'manifest.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(doc)?.[1] ?? '';
/** What the tables document: each row's first cell, a field in backticks. */
const documented = [...doc.matchAll(/^\| `([\w.]+)` +\|/gm)].map((row) => row[1] as string);

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

/** Paths of all fields that hold a value; a list of objects counts, and so do the fields of its entries. */
function fieldsOf(schema: JsonSchema, path: string): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((choice) => fieldsOf(choice, path));
  if (schema.items?.properties) return [path, ...fieldsOf(schema.items, path)];
  const own = Object.entries(schema.properties ?? {});
  return own.length === 0 ? [path] : own.flatMap(([key, value]) => fieldsOf(value, path ? `${path}.${key}` : key));
}

const fields = [...new Set(fieldsOf(z.toJSONSchema(ManifestSchema, { io: 'input' }) as JsonSchema, ''))];

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'manifest-doc-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function readExample(): Manifest {
  const file = join(folder, 'manifest.yaml');
  writeFileSync(file, example);
  return parseManifest(file, readText(file));
}

test('every field of the manifest has a row of its own in docs/manifest.md', () => {
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.filter((field) => !documented.includes(field))).toEqual([]);
});

test('docs/manifest.md documents no field that the manifest does not have', () => {
  const sections = ['aws', 'azure', 'gcp'];
  expect(documented.filter((field) => !fields.includes(field) && !sections.includes(field))).toEqual([]);
});

test('the example of docs/manifest.md is a manifest', () => {
  expect(readExample().tenant.id).toBe('11111111-2222-3333-4444-555555555555');
});

test('the waiting times that docs/manifest.md tells as defaults are those of the schema', () => {
  const { tenant, successor, entra, collectors, approvers } = readExample();
  const { waits } = ManifestSchema.parse({ tenant: { id: tenant.id }, successor, entra, collectors, approvers });
  const rows = [...doc.matchAll(/^\| `waits\.(\w+)` +\| `(\d+)([dhs])` +\|/gm)];
  const units: Record<string, number> = { d: 86_400_000, h: 3_600_000, s: 1_000 };
  const told: Record<string, number> = {};
  for (const [, name = '', count, unit = ''] of rows) told[name] = Number(count) * (units[unit] ?? NaN);
  expect(told).toEqual(waits);
});
