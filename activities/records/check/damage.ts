import { counted } from '../../../model/counted.ts';

/** What a damaged thing is, as far as other records tell: `other` is a snapshot, a list of what was read, or an inventory. */
export type Sort = 'record' | 'manifest' | 'earlier manifest' | 'plan' | 'snapshot' | 'other';

/** What a run's records tell of it, as far as they can be read. */
export interface RunNow {
  /** It only reads. */
  discovery: boolean;
  ended: boolean;
  /** A record or a plan of it cannot be read: it may have done more, and named more, than is told. */
  cut: boolean;
  /** How many things it removed or left in quarantine, which a restore would give back. */
  removed: number;
  /** The run that took over from it: a restore of that one needs the plans of both. */
  successor?: string;
}

/** Pure: what it means for a run that something of it is damaged. */
export function meaningOf(sort: Sort, run: RunNow): string {
  if (run.discovery) return 'what it found may not be shown any more: discover again';
  const stops = run.ended ? [] : ['the run stops where it reads it'];
  switch (sort) {
    case 'record':
      return all(['nobody can tell what it did from there on', 'it goes no further', noRestore(run)]);
    case 'plan':
      return all([...stops, 'its evidence cannot be written', noRestore(run)]);
    case 'manifest':
      return all([...stops, noRestore(run)]);
    case 'earlier manifest':
      return 'neither the run nor a restore reads it any more';
    case 'snapshot':
    case 'other':
      if (run.cut && sort === 'other') return 'nobody can tell what it was, since a record or a plan of its run is damaged, too';
      return all([...(run.ended ? ['the run has ended, so nothing reads it any more'] : stops), 'a restore does not need it']);
  }
}

const all = (parts: string[]): string => parts.join('; ');

function noRestore({ removed, cut, successor }: RunNow): string {
  const its = cut
    ? `nothing that it removed can be restored (${removed === 0 ? 'how much is not known' : `at least ${counted(removed, 'thing')}`})`
    : removed === 0
      ? 'it removed nothing that could be restored'
      : `nothing that it removed can be restored (${counted(removed, 'thing')})`;
  return successor === undefined ? its : `${its}, nor what ${successor} removed, which took over from it`;
}
