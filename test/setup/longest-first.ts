import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take much longer than others, the longest first: begun last, each would run alone while the other cores are idle. */
const LONG = [
  'workflows/policy-changed.long',
  'estates/by-process.long',
  'client/demo/attend.long',
  'workflows/outage.long',
  'workflows/signed.long',
  'workflows/worker-killed.long',
  'workflows/records.long',
  'workflows/failures.long',
  'workflows/sign-in.long',
  'workflows/own-run.long',
  'estates/adversary.long',
  'properties/runs.long',
  'workflows/quotas.long',
  'workflows/restore-worker-killed.long',
  'independent/attacks-entra',
  'independent/attacks-ssh',
  'independent/chaos',
  'independent/aws-own-access',
  'independent/two-workers',
  'independent/egress',
  'independent/bench',
  'independent/offboarding',
  'independent/secrets',
  'independent/aws-undo',
];

/** Vitest's own order, but for the long ones, which come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
