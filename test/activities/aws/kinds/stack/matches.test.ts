import { expect, test } from 'vitest';
import { AWS_RESOURCES } from '../../../../../activities/aws/kinds/index.ts';
import { awsStack } from '../../../../../activities/aws/kinds/stack/index.ts';
import { knowingStacks } from '../../../../../activities/aws/kinds/stack/members.ts';
import type { StackView } from '../../../../../activities/aws/snapshot.ts';
import { assumedBy, document, KNOWN, OIDC_ROLE, role, snapshot } from '../../fixtures.ts';

const STACKS: StackView[] = [{ id: 'a', unknown: 'AccessDenied' }];

test('what each kind finds in an account with stacks is found once for all kinds that ask, and anew for another account or other facts', () => {
  let asked = 0;
  const counting = AWS_RESOURCES.map((kind) => ({
    ...kind,
    match: (...of: Parameters<typeof kind.match>) => {
      asked++;
      return kind.match(...of);
    },
  }));
  const all = [awsStack(counting), ...counting.map((kind) => knowingStacks(kind, counting))];
  const account = snapshot({ roles: [role('member', document(assumedBy(OIDC_ROLE)))], stacks: STACKS });
  const ids = (of: typeof account, facts = KNOWN) => all.flatMap((kind) => kind.match(of, facts).findings.map((f) => f.id));
  expect(ids(account)).toHaveLength(1);
  expect(asked).toBe(counting.length);
  expect(ids(snapshot({ stacks: STACKS }))).toEqual([]);
  expect(ids(account)).toHaveLength(1);
  expect(asked).toBe(3 * counting.length);
  expect(ids(account, { ...KNOWN })).toHaveLength(1);
  expect(asked).toBe(4 * counting.length);
});
