import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
let folder: string;

/** A project of our lint rules and compiler options, beside ours, so that deliberate faults are never part of it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-lint-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  write('activities/remove.ts', 'export interface Outcome { word: string }\nexport const remove = (): Outcome => ({ word: "removed" });\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Lints one file of this text; resolves to the rules that refused it. */
async function refusedBy(path: string, text: string): Promise<string[]> {
  write(path, text);
  const oxlint = join(ROOT, 'node_modules', '.bin', 'oxlint');
  const report = await new Promise<string>((done) => {
    execFile(oxlint, ['--type-aware', '--deny-warnings', '--format', 'json', path], { cwd: folder }, (_, stdout) => done(stdout));
  });
  const { diagnostics, number_of_files: files } = JSON.parse(report) as { diagnostics: { code: string }[]; number_of_files: number };
  expect(files).toBe(1);
  return diagnostics.map(({ code }) => code);
}

test.each([
  ['a floating promise', 'typescript(no-floating-promises)', 'const later = async () => { await Promise.resolve(); };\nlater();'],
  [
    'a promise where a condition is meant',
    'typescript(no-misused-promises)',
    'export async function ok(p: Promise<boolean>) { await p; if (p) return 1; return 2; }',
  ],
  ['waiting for what is no promise', 'typescript(await-thenable)', 'export async function wait(n: number) { await n; }'],
  [
    'a switch that forgets a member',
    'typescript(switch-exhaustiveness-check)',
    'export function say(w: "a" | "b") { switch (w) { case "a": return 1; } return 2; }',
  ],
  ['an any', 'typescript(no-explicit-any)', 'export const anything = (x: any): number => (x === 1 ? 1 : 2);'],
  ['a thrown string', 'typescript(only-throw-error)', 'export function fail(): never { throw "no"; }'],
  ['a skipped test', 'vitest(no-disabled-tests)', 'import { expect, test } from "vitest";\ntest.skip("x", () => { expect(1).toBe(1); });'],
])('%s is refused', async (_, rule, text) => {
  expect(await refusedBy('model/case.test.ts', `${text}\n`)).toContain(rule);
});

test.each([
  ['a Node built-in', 'import { readFileSync } from "node:fs";\nexport const read = () => readFileSync("x", "utf8");'],
  ['a Node built-in without its scheme', 'import { createHash } from "crypto";\nexport const hash = () => createHash("sha256");'],
  ["an activity's code", 'import { remove } from "../activities/remove.ts";\nexport const run = () => remove();'],
  ['the client', 'import { Client } from "@temporalio/client";\nexport const client = () => new Client();'],
])('workflow code that imports %s is refused', async (_, text) => {
  expect(await refusedBy('workflows/case.ts', `${text}\n`)).toContain('eslint(no-restricted-imports)');
});

test("workflow code may import an activity's types, and activities may import Node's built-ins", async () => {
  const workflow = 'import type { Outcome } from "../activities/remove.ts";\nexport const word = (o: Outcome): string => o.word;\n';
  expect(await refusedBy('workflows/case.ts', workflow)).toEqual([]);
  const activity = 'import { readFileSync } from "node:fs";\nexport const read = (): string => readFileSync("x", "utf8");\n';
  expect(await refusedBy('activities/case.ts', activity)).toEqual([]);
});

test.each([
  ['model', '../security/keys.ts'],
  ['model', 'node:fs'],
  ['model/guards', '../../activities/failures.ts'],
  ['security', '../temporal/connect.ts'],
  ['temporal', '../client/main.ts'],
  ['sandbox', '../model/plan.ts'],
  ['activities/gcp/kinds', '../../plan/make-plan.ts'],
  ['activities/gcp', '../aws/cloud.ts'],
  ['activities/plan', '../apply/engine.ts'],
  ['activities/records', '../look/look.ts'],
  ['workflows', '../security/keys.ts'],
  ['worker', '../client/main.ts'],
  ['client/commands', '../../worker/clouds.ts'],
  ['client/commands', '../../activities/apply/engine.ts'],
  ['client/commands', '../../workflows/offboarding.ts'],
  ['client/render', '../run/session.ts'],
])('an arrow upward is refused: from %s to %s', async (folder, to) => {
  expect(await refusedBy(`${folder}/case.ts`, `import { x } from '${to}';\nexport const y = x;\n`)).toContain(
    'eslint(no-restricted-imports)',
  );
});

test('what may be imported is: messages and types of workflows by the client, names by the sandbox, an earlier part of the story by a later', async () => {
  const imports = async (path: string, text: string) =>
    (await refusedBy(path, text)).filter((code) => code === 'eslint(no-restricted-imports)');
  expect(await imports('client/run/case.ts', "import { x } from '../../workflows/messages/index.ts';\nexport const y = x;\n")).toEqual([]);
  expect(await imports('client/run/case.ts', "import type { X } from '../../workflows/restore.ts';\nexport type Y = X;\n")).toEqual([]);
  expect(
    await imports('client/records/case.ts', "import { x } from '../../activities/records/journal.ts';\nexport const y = x;\n"),
  ).toEqual([]);
  expect(await imports('sandbox/case.ts', "import { x } from '../model/names.ts';\nexport const y = x;\n")).toEqual([]);
  expect(await imports('activities/plan/case.ts', "import { x } from '../discover/judge.ts';\nexport const y = x;\n")).toEqual([]);
});

test('a circle is refused, also where it is one of types alone', async () => {
  write('model/other.ts', "import type { Case } from './case.ts';\nexport interface Other { case: Case }\n");
  const text = "import type { Other } from './other.ts';\nexport interface Case { other: Other }\n";
  expect(await refusedBy('model/case.ts', text)).toContain('import(no-cycle)');
});
