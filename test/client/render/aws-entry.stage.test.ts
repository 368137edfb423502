import { expect, test } from 'vitest';
import { AWS_PRELUDE } from '../../../activities/aws/shell/prelude.ts';
import { awsScript } from '../../../activities/aws/shell/script.ts';
import { defaultManifest } from '../../activities/planned.ts';
import { runWithStandIns } from '../../harness/stand-ins.ts';

const OWN = '111122223333';
const OTHER = '444455556666';

/** Enters an account, then lists its roles; `does`: what the AWS CLI answers. */
function entered(account: string, externalId: string | undefined, does: string) {
  const { aws } = defaultManifest();
  if (!aws) throw new Error('the default manifest names accounts');
  const manifest = { ...defaultManifest(), aws: { ...aws, ...(externalId === undefined ? {} : { externalId }) } };
  const enter = awsScript.enter(`aws:${account}`, manifest);
  const { code, err, calls } = runWithStandIns(['set -euo pipefail', ...AWS_PRELUDE, ...enter, 'aws iam list-roles'].join('\n'), {
    aws: does,
  });
  return { code, err, calls: calls.map((c) => c.slice(1)) };
}

const REFUSES = `case $2 in
assume-role) echo 'An error occurred (AccessDenied) when calling the AssumeRole operation' >&2; exit 254 ;;
get-caller-identity) echo ${OWN} ;;
esac`;

test('an external id is given along where the manifest names one, as one word', () => {
  const LETS_IN = 'case $2 in assume-role) echo a b c ;; esac';
  const assumed = (externalId?: string) => entered(OTHER, externalId, LETS_IN).calls.find((c) => c[1] === 'assume-role') ?? [];
  expect(assumed('contoso=7/f3')).toEqual(expect.arrayContaining(['--external-id', 'contoso=7/f3']));
  expect(assumed()).not.toContain('--external-id');
});

test('one’s own account is worked in without a role where that cannot be assumed, another one is not', () => {
  const own = entered(OWN, undefined, REFUSES);
  expect([own.code, own.calls.at(-1)]).toEqual([0, ['iam', 'list-roles']]);
  const other = entered(OTHER, undefined, REFUSES);
  expect(other.code).not.toBe(0);
  expect(other.err).toContain('AccessDenied');
  expect(other.calls.map((c) => c[1])).not.toContain('list-roles');
});
