import { expect, test } from 'vitest';
import { spell } from '../../model/next-step.ts';
import {
  awaited,
  collectorView,
  collectorWaiting,
  gateWaiting,
  itemsWaiting,
  quarantineWaiting,
  timeWaiting,
  workerWaiting,
  type Waiting,
} from '../../model/waiting.ts';
import { awaitedMost, waitingWords } from '../../model/waiting-words.ts';

const ASKING = { run: 'offboarding-t', approvers: 'riley', amendable: true };
const UNTIL = '2026-01-02T00:00:00.000Z';
const CODE_UNTIL = '2026-01-01T00:10:00.000Z';
const OPEN = { gate: 'plan' as const, opening: 2, planHash: 'ab', openedAt: '2026-01-01T00:00:00.000Z', expiresAt: UNTIL };

const collector = (more: object = {}) =>
  collectorWaiting(
    {
      item: 'data-collector:c1',
      id: 'c1',
      driver: 'http',
      recipient: 'dana@contoso.example',
      stage: 'not-ready',
      resends: 0,
      deadline: UNTIL,
      ...more,
    },
    ASKING,
  );
const CHALLENGE = { deletionId: 'd', sentTo: 'd***@contoso.example', expiresAt: CODE_UNTIL, attemptsLeft: 3 };

const gate = gateWaiting(OPEN, ASKING);
const waits = (items: string[], more: object = {}) => ({ items, locked: [], waivable: true, ...more });
const items = itemsWaiting(waits(['aws-role:a', 'data-collector:c2']), UNTIL, ASKING);
const soak = timeWaiting('soak', UNTIL, ASKING);
const quarantine = quarantineWaiting(UNTIL, ASKING);
const worker = workerWaiting(
  { what: 'the records of this run', where: '/var/offboard on host-2', mend: 'start the worker that has them' },
  ASKING,
);
const byHand = (driver: 'operator' | 'retired') => collector({ driver, stage: 'by-hand' });

const CASES: [what: string, member: Waiting, whom: string, until: string | undefined, words: string, next: string[]][] = [
  [
    'a gate',
    gate,
    'riley',
    UNTIL,
    'approval at gate plan',
    [
      'offboard plan offboarding-t',
      ...['approve', 'reject'].map((verb) => `offboard ${verb} offboarding-t --gate plan --plan-hash ab --by NAME --reason TEXT`),
    ],
  ],
  [
    'unresolved items',
    items,
    'riley',
    UNTIL,
    'a decision about 2 unresolved items',
    ['waive', 'retry', 'amend'].map((verb) => `offboard ${verb} offboarding-t --by NAME --reason TEXT`),
  ],
  [
    'unresolved items of a restore, which no amended plan follows',
    itemsWaiting(waits(['aws-role:a']), UNTIL, { ...ASKING, amendable: false }),
    'riley',
    UNTIL,
    'a decision about 1 unresolved item',
    ['waive', 'retry'].map((verb) => `offboard ${verb} offboarding-t --by NAME --reason TEXT`),
  ],
  [
    'a locked collector',
    itemsWaiting(waits(['unread-system:gcp:a'], { waivable: false }), UNTIL, ASKING),
    'riley',
    UNTIL,
    'a decision about 1 unresolved item',
    ['amend', 'retry'].map((verb) => `offboard ${verb} offboarding-t --by NAME --reason TEXT`),
  ],
  [
    'unresolved items of which one is locked',
    itemsWaiting(
      waits(['data-collector:c2'], { locked: [{ item: 'data-collector:c2', why: 'locked after 3 wrong codes' }] }),
      UNTIL,
      ASKING,
    ),
    'riley',
    UNTIL,
    'a decision about 1 unresolved item; data-collector:c2: locked after 3 wrong codes',
    ['waive', 'retry', 'amend'].map((verb) => `offboard ${verb} offboarding-t --by NAME --reason TEXT`),
  ],
  [
    'a person who is not ready yet',
    collector(),
    'dana@contoso.example',
    UNTIL,
    'collector c1: ready for its one-time password',
    ['offboard ready offboarding-t c1 --by dana@contoso.example'],
  ],
  [
    'a code that was sent, for as long as it holds',
    collector({ stage: 'code-sent', challenge: CHALLENGE }),
    'dana@contoso.example',
    CODE_UNTIL,
    'collector c1: one-time password, sent to d***@contoso.example',
    ['offboard otp offboarding-t c1 --by dana@contoso.example', 'offboard resend-otp offboarding-t c1 --by dana@contoso.example'],
  ],
  [
    'a deletion in the portal by hand',
    byHand('operator'),
    'dana@contoso.example',
    UNTIL,
    'collector c1: in the Permissions Management portal open Settings, Data Collectors, c1, ⋯, Delete Configuration, Delete; enter the OTP there; then confirm',
    ["offboard confirm offboarding-t c1 --by dana@contoso.example --statement 'Successfully deleted configuration'"],
  ],
  [
    'an attestation, where the portal is retired',
    byHand('retired'),
    'an approver',
    UNTIL,
    'collector c1: attest that it is gone with the retired portal',
    ['offboard confirm offboarding-t c1 --by NAME --statement TEXT'],
  ],
  ['the soak time', soak, 'nobody', UNTIL, 'the soak time after the pilot', ['offboard watch offboarding-t']],
  ['a change window', timeWaiting('window', UNTIL, ASKING), 'nobody', UNTIL, 'the change window', ['offboard watch offboarding-t']],
  [
    'the quarantine',
    quarantine,
    'nobody',
    UNTIL,
    'the quarantine: what is in it is removed after that, unless it is lifted',
    ['offboard lift offboarding-t --by NAME --reason TEXT'],
  ],
  [
    'another worker',
    worker,
    'whoever runs the workers',
    undefined,
    'a worker: the records of this run (/var/offboard on host-2); start the worker that has them',
    ['offboard status offboarding-t'],
  ],
];

test.each(CASES)('waiting for %s says whom, until when, in what words, and what may be typed', (_, member, whom, until, words, next) => {
  expect([member.whom, member.until, waitingWords(member), member.next.map((n) => spell(n))]).toEqual([whom, until, words, next]);
});

test('of several at once the search attribute names what is awaited most', () => {
  const all = [collector(), quarantine, worker, items, gate];
  const most = all.map((_, i) => awaitedMost(all.slice(0, i + 1)));
  expect(most).toEqual(['collectors', 'time', 'worker', 'items', 'gate plan']);
  expect([awaitedMost([soak]), awaitedMost([])]).toEqual(['time', 'nobody']);
});

test('a code is forgotten with its stage', () => {
  const sent = collector({ stage: 'code-sent', challenge: CHALLENGE });
  expect(collectorView(sent)).toMatchObject({ stage: 'code-sent', challenge: CHALLENGE });
  expect(collectorView(collectorWaiting({ ...sent, stage: 'not-ready' }, ASKING))).not.toHaveProperty('challenge');
});

test('members are found by their kind', () => {
  expect(awaited([gate, collector(), items, collector({ item: 'data-collector:c3', id: 'c3' })], 'collector').map((c) => c.id)).toEqual([
    'c1',
    'c3',
  ]);
});
