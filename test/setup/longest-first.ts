import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take much longer than others: begun last, each would run alone while the other cores are idle. */
const LONG = [
  'workflows/policy-changed.long',
  'estates/by-process.long',
  'workflows/worker-killed.long',
  'workflows/restore-worker-killed.long',
  'independent/azure',
  'independent/chaos',
  'independent/attacks',
  'independent/aws-undo',
  'independent/aws-own-access',
];

/** Vitest's own order, but for the long ones, which come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(`${name}.test.ts`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
