import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { verifyFolder } from '../../client/records/verify-evidence.ts';
import { OffboardError } from '../../model/errors.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { SIGNING_FILES } from '../../model/evidence-signature.ts';
import type { Outcome } from '../../model/outcome.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import type { Attack } from './by-statement.ts';
import { doneBefore } from './foreign.ts';
import type { Ended } from './in-turn.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Got, Scene } from './scene.ts';

/** A workflow id that is no run's. */
const dryRun = (s: Scene) => workflowIdOf('offboarding-dry-run', s.stage.manifest.tenant.id);
const LIFT = { lift: { reason: 'all of it must work again' } };
const restoring = (s: Scene) => workflowIdOf('restore', s.stage.manifest.tenant.id);

/** Runs that are started, or whose ciphertexts are sent elsewhere, while the run waits. */
export const BESIDE: Attack[] = [
  {
    name: 'start in the clear',
    tried: 'plain JSON, no keys',
    by: ['plain', 'proof'],
    act: (s) => s.started('offboarding', dryRun(s), unsigned(s), s.outsider),
  },
  {
    name: 'start without a proof',
    tried: 'encrypted, unsigned',
    expected: /proof: is missing/,
    by: ['proof'],
    act: (s) => s.started('offboarding', dryRun(s), unsigned(s)),
  },
  {
    name: 'start by a proof of another workflow',
    tried: "the run's own start in a new workflow",
    expected: /another workflow/,
    by: ['workflow'],
    act: (s) => s.started('offboarding', dryRun(s), s.startInput({ dryRun: true })),
  },
  {
    name: 'start of another manifest than was signed',
    tried: 'one approver taken away',
    expected: /another message/,
    by: ['message'],
    act: (s) =>
      s.started(
        'offboarding',
        dryRun(s),
        s.startInput({ workflowId: dryRun(s), dryRun: true, input: { manifest: { ...s.manifest, approvers: [s.approver] } } }),
      ),
  },
  {
    name: 'start in another name than was signed',
    tried: 'startedBy changed',
    expected: /proof/,
    by: ['who', 'message'],
    act: (s) =>
      s.started('offboarding', dryRun(s), s.startInput({ workflowId: dryRun(s), dryRun: true, input: { startedBy: s.approver } })),
  },
  {
    name: 'start for real of what was signed as a dry run',
    tried: 'dryRun changed',
    expected: /another message/,
    by: ['message'],
    act: (s) => s.started('offboarding', dryRun(s), s.startInput({ workflowId: dryRun(s), input: { dryRun: true } })),
  },
  swappedStart(undefined, 'take over from a run by a start that was signed without it', 'adopt added', { adopt: 'offboarding-another' }),
  swappedStart(['message'], 'take over from a run whose Temporal is said to be gone', 'oldTemporalGone added', {
    oldTemporalGone: 'its machine burnt',
  }),
  {
    name: "the run's own start, copied as it lies in history",
    tried: 'its ciphertext in a new workflow',
    by: ['bound', 'workflow', 'once'],
    act: async (s) => await copied(s, dryRun(s), await payloadsOfStart(s)),
  },
  {
    name: 'a run whose id is a path',
    tried: 'workflow id ../../x',
    by: ['runName', 'workflow'],
    act: (s) => s.started('offboarding', `../../${randomUUID()}`, s.startInput()),
  },
  {
    name: '100 updates of garbage',
    tried: 'with the payload keys, every name',
    async act(s) {
      const got = new Set<string>();
      for (let n = 0; n < 100; n++) got.add(await s.update(NAMES[n % NAMES.length] ?? '', [null, n, {}, { by: n }, []][n % 5]));
      return [...got].includes('taken') ? 'taken' : `refused: ${[...got].map((g) => g.replace('refused: ', '')).join(', ')}`;
    },
  },
  {
    name: '100 signals of garbage',
    tried: 'no keys, every name',
    async act(s) {
      for (let n = 0; n < 100; n++)
        await s.outsider.workflow
          .getHandle(s.workflowId)
          .signal(['approve', 'pause?', 'lift', 'x'][n % 4] ?? '', n % 2 === 0 ? { by: n } : [null, n]);
      return (await s.until((v) => v.status !== 'running' || v.gate !== undefined)).gate?.gate === 'plan'
        ? 'refused: the run goes on'
        : 'taken';
    },
  },
];

/** Of a run that ended `after` something. */
export const RESTORES: (Attack & { after: Ended })[] = [
  {
    name: 'restore in the clear',
    tried: 'plain JSON, no keys',
    by: ['plain', 'proof'],
    after: 'removal',
    act: async (s) => s.started('restore', restoring(s), s.restoreInput((await s.view()).run), s.outsider),
  },
  {
    name: 'restore without a proof',
    tried: 'encrypted, unsigned',
    expected: /proof: is missing/,
    by: ['proof'],
    after: 'removal',
    act: async (s) => s.started('restore', restoring(s), s.restoreInput((await s.view()).run)),
  },
  {
    name: 'restore of another run than was signed',
    tried: 'restores changed',
    expected: /another message/,
    by: ['message'],
    after: 'removal',
    act: async (s) => s.started('restore', restoring(s), s.restoreInput((await s.view()).run, 'another')),
  },
  {
    name: 'restore of other items than were signed',
    tried: 'only added',
    after: 'removal',
    by: ['message'],
    expected: /another message/,
    async act(s) {
      const { run } = await s.view();
      const { outcomes = [] } = (await doneBefore(s, 'removeItems')).result as { outcomes?: Outcome[] };
      const only = outcomes
        .filter((o) => o.outcome === 'removed')
        .slice(0, 1)
        .map((o) => o.item);
      return await s.started('restore', restoring(s), s.restoreInput(run, run, { only }));
    },
  },
  swappedRestore(['message'], 'restore as a dry run of what was signed for real', 'dryRun changed', () => ({ dryRun: true })),
  swappedRestore(['who', 'message'], 'restore in another name than was signed', 'startedBy changed', (s) => ({ startedBy: s.approver })),
  {
    name: 'restore twice by one statement',
    tried: 'the same number a second time',
    expected: /began .* already/,
    by: ['once'],
    after: 'removal',
    async act(s) {
      const { run } = await s.view();
      const input = await s.restoreInput(run, run);
      const first = await s.session.client.workflow.start('restore', {
        workflowId: restoring(s),
        taskQueue: s.session.taskQueue,
        args: [input],
      });
      await s.until((v) => v.gate?.gate === 'restore', restoring(s));
      await first.cancel();
      await first.result().catch(() => {});
      return await s.started('restore', restoring(s), input);
    },
  },
  {
    name: 'lift of an ended run for another reason than was signed',
    tried: 'the reason changed',
    expected: /another message/,
    by: ['message'],
    after: 'quarantine',
    act: async (s) => {
      const { run } = await s.view();
      return await s.started('restore', restoring(s), s.restoreInput(run, run, LIFT, 'one account must work again'));
    },
  },
  {
    name: 'lift of an ended run without a proof',
    tried: 'a restore that needs no approval, unsigned',
    expected: /proof: is missing/,
    by: ['proof'],
    after: 'quarantine',
    act: async (s) => s.started('restore', restoring(s), s.restoreInput((await s.view()).run, undefined, LIFT)),
  },
  {
    name: 'a signed restore, started as a lift',
    tried: 'lift added, which needs no approval',
    expected: /about another decision/,
    by: ['says', 'message'],
    after: 'quarantine',
    act: async (s) => {
      const { run } = await s.view();
      return await s.started('restore', restoring(s), s.restoreInput(run, run, LIFT));
    },
  },
];

/** A start that was signed whole, of which something else was changed then. */
function swappedStart(by: Mechanism[] | undefined, name: string, tried: string, input: object): Attack {
  return {
    name,
    tried,
    expected: /another message/,
    ...(by ? { by } : {}),
    act: (s) => s.started('offboarding', dryRun(s), s.startInput({ workflowId: dryRun(s), dryRun: true, input })),
  };
}

function swappedRestore(by: Mechanism[], name: string, tried: string, input: (s: Scene) => object): Attack & { after: Ended } {
  return {
    name,
    tried,
    after: 'removal',
    by,
    expected: /proof\.(?:statement: is about another message|(?:signature|idToken): is (?:of a key|a sign-in) of)/,
    async act(s) {
      const { run } = await s.view();
      return await s.started('restore', restoring(s), s.restoreInput(run, run, input(s)));
    },
  };
}

const NAMES = ['approve', 'waive', 'amend', 'lift', 'resume', 'submitOtp'];

function unsigned(s: Scene): object {
  return { manifest: s.manifest, startedBy: s.starter, dryRun: true, searchAttributes: false };
}

async function payloadsOfStart(s: Scene): Promise<Payload[]> {
  const history = await s.run.fetchHistory();
  return history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
}

async function copied(s: Scene, workflowId: string, payloads: Payload[]): Promise<Got> {
  await s.session.connection.workflowService.startWorkflowExecution({
    namespace: s.session.client.options.namespace,
    workflowId,
    workflowType: { name: 'offboarding' },
    taskQueue: { name: s.session.taskQueue },
    input: { payloads },
    requestId: randomUUID(),
  });
  const handle = s.session.client.workflow.getHandle(workflowId);
  const ended = handle.result().then(
    (r) => `${(r as { status?: string }).status ?? ''}`,
    (error: unknown) => `refused: ${(error as { cause?: Error }).cause?.message ?? ''}`,
  );
  const begun = s.until((v) => v.stage !== 'preconditions', workflowId).then(() => 'taken: it began');
  const got = await Promise.race([ended, begun.catch(() => ended)]);
  if (got.startsWith('taken')) await handle.terminate('the attack is over');
  return got;
}

/** What can be said again once the run has ended. */
export const AFTERWARDS: Attack[] = [
  {
    name: 'approve after the reject',
    tried: 'the run that was rejected, rightly signed',
    expected: /no such run goes on/,
    act: async (s) => {
      const { planHash = '' } = await s.view();
      const said = { gate: 'plan', opening: 1, planHash, by: s.other, reason: 'read it' };
      return await s.update('approve', await s.signed('approve', said));
    },
  },
  {
    name: 'start again by the statement of the run that ended',
    tried: 'the same number a second time',
    expected: /began .* already/,
    by: ['once'],
    act: async (s) => {
      const [input] =
        (await s.session.client.options.loadedDataConverter.payloadCodecs[0]?.decode(await payloadsOfStart(s), {
          type: 'workflow',
          namespace: s.session.client.options.namespace,
          workflowId: s.workflowId,
        })) ?? [];
      return await s.started('offboarding', s.workflowId, JSON.parse(Buffer.from(input?.data ?? '').toString()));
    },
  },
];

/** Evidence of the run, changed in some way. */
export function onEvidence(folder: string): Attack[] {
  const changed = (by: Mechanism[], name: string, tried: string, change: (copy: string) => void): Attack[] => [
    tampered(['signed', ...by], name, tried, change),
    tampered(by, `${name}, the worker's signature taken away`, tried, (copy) => {
      for (const file of SIGNING_FILES) rmSync(join(copy, file), { force: true });
      change(copy);
    }),
  ];
  const tampered = (by: Mechanism[], name: string, tried: string, change: (copy: string) => void): Attack => ({
    name: `evidence: ${name}`,
    tried,
    by,
    act: () => {
      const copy = mkdtempSync(join(tmpdir(), 'offboard-attack-'));
      cpSync(folder, copy, { recursive: true });
      change(copy);
      try {
        verifyFolder(copy);
        return Promise.resolve('taken');
      } catch (error) {
        if (!(error instanceof OffboardError)) throw error;
        return Promise.resolve(`refused: ${error.message}`);
      } finally {
        rmSync(copy, { recursive: true });
      }
    },
  });
  const lines = (copy: string) => readFileSync(join(copy, 'journal.jsonl'), 'utf8').split('\n').filter(Boolean);
  const write = (copy: string, all: string[]) => writeFileSync(join(copy, 'journal.jsonl'), all.map((l) => `${l}\n`).join(''));
  /** Writes lines that follow each other, as whoever can rewrite all of it would. */
  const chained = (copy: string, all: string[]) => {
    let previous = '0'.repeat(64);
    write(
      copy,
      all.map((line, at) => {
        const text = canonical({ ...(JSON.parse(line) as object), seq: at + 1, previous });
        previous = sha256(text);
        return text;
      }),
    );
  };
  return [
    ...changed(['chain', 'retold'], 'a line removed', 'the last but one', (c) => write(c, lines(c).toSpliced(-2, 1))),
    ...changed(['chain', 'retold', 'order'], 'lines reordered', 'two of them', (c) =>
      write(c, [...lines(c).slice(0, -3), ...lines(c).slice(-3).toReversed()]),
    ),
    ...changed(['chain', 'retold', 'order'], 'the last lines dropped', 'two of them', (c) => write(c, lines(c).slice(0, -2))),
    ...changed(['chain', 'retold', 'order'], 'a line said twice', 'the chain made anew', (c) =>
      chained(c, [...lines(c), ...lines(c).slice(-1)]),
    ),
    ...changed(['chain', 'retold', 'files'], 'a decision removed, and the chain made anew', 'hashes recomputed', (c) =>
      chained(
        c,
        lines(c).filter((l) => !l.includes('"type":"decision"')),
      ),
    ),
    ...changed(['chain', 'retold', 'decisions'], 'a decision in another name, and the chain made anew', 'hashes recomputed', (c) =>
      chained(
        c,
        lines(c).map((l) => l.replaceAll('"kind":"reject"', '"kind":"approve"')),
      ),
    ),
    ...changed(['chain', 'retold', 'files', 'decisions'], 'a decision said twice, and the chain made anew', 'hashes recomputed', (c) =>
      chained(
        c,
        lines(c).flatMap((l) => (l.includes('"type":"decision"') ? [l, l] : [l])),
      ),
    ),
    ...changed(['chain', 'retold', 'ending'], 'another ending', 'status completed', (c) =>
      chained(
        c,
        lines(c).map((l) => l.replace('"status":"denied"', '"status":"completed"')),
      ),
    ),
    ...changed(['files'], 'a file added', 'notes.txt', (c) => writeFileSync(join(c, 'notes.txt'), 'x')),
    ...changed(['retold'], 'a signature removed', 'of a statement', (c) => rmSync(join(c, statementIn(c)))),
    ...changed(['retold', 'files'], 'whose keys they are', 'allowed_signers', (c) =>
      writeFileSync(join(c, 'allowed_signers'), 'mallory ssh-ed25519 AAAA\n'),
    ),
    ...changed(['retold'], 'the page', 'a word of it', (c) =>
      writeFileSync(join(c, 'index.html'), readFileSync(join(c, 'index.html'), 'utf8').replace('denied', 'completed')),
    ),
    ...changed(['planHash', 'retold'], 'the plan', 'one item less', (c) => {
      const plan = JSON.parse(readFileSync(join(c, 'plan.json'), 'utf8')) as { items: unknown[] };
      writeFileSync(join(c, 'plan.json'), JSON.stringify({ ...plan, items: plan.items.slice(1) }, undefined, 2));
    }),
  ];
}

function statementIn(copy: string): string {
  return readdirSync(copy).find((name) => /^statement-\d+\.json\.(?:sig|jwt)$/.test(name)) ?? 'statement-1.json.sig';
}
