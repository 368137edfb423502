import { counted } from './counted.ts';
import { pendingWords } from './quorum.ts';
import { awaited, type CollectorWaiting, type Waiting } from './waiting.ts';

/** What a run waits for, in words; whom, until when and what to type stand in it as data. Pure. */
export function waitingWords(w: Waiting): string {
  switch (w.kind) {
    case 'gate':
      return `approval at gate ${w.open.gate}${w.pending ? ` (${pendingWords(w.pending)})` : ''}`;
    case 'items':
      return [`a decision about ${counted(w.items.length, 'unresolved item')}`, ...w.locked.map(({ item, why }) => `${item}: ${why}`)].join(
        '; ',
      );
    case 'collector':
      return `collector ${w.id}: ${collectorWords(w)}`;
    case 'time':
      return w.of === 'soak' ? 'the soak time after the pilot' : 'the change window';
    case 'quarantine':
      return 'the quarantine: what is in it is removed after that, unless it is lifted';
    case 'worker':
      return `a worker: ${w.what} (${w.where}); ${w.mend}`;
  }
}

function collectorWords({ stage, driver, id, challenge }: CollectorWaiting): string {
  switch (stage) {
    case 'not-ready':
      return 'ready for its one-time password';
    case 'code-sent':
      return `one-time password, sent to ${challenge?.sentTo ?? 'the mailbox'}`;
    case 'by-hand':
      return driver === 'operator'
        ? `in the Permissions Management portal open Settings, Data Collectors, ${id}, ⋯, Delete Configuration, Delete; enter the OTP there; then confirm`
        : 'attest that it is gone with the retired portal';
  }
}

/** One word or two for the search attribute, which is never encrypted: what is awaited most, not of whom. */
export function awaitedMost(waiting: readonly Waiting[]): string {
  const [gate] = awaited(waiting, 'gate');
  if (gate) return `gate ${gate.open.gate}`;
  const kinds = new Set(waiting.map((w) => w.kind));
  if (kinds.has('items')) return 'items';
  if (kinds.has('worker')) return 'worker';
  if (kinds.has('time') || kinds.has('quarantine')) return 'time';
  return kinds.has('collector') ? 'collectors' : 'nobody';
}
