import { awaited, type CollectorWaiting, type Waiting } from '../model/waiting.ts';

/** What a run waits for: of each kind there is one, of collectors one for each item. */
export class WaitingList {
  members: Waiting[] = [];

  of<K extends Waiting['kind']>(kind: K): Extract<Waiting, { kind: K }>[] {
    return awaited(this.members, kind);
  }

  collector(item: string): CollectorWaiting | undefined {
    return this.of('collector').find((c) => c.item === item);
  }

  /** Adds a member in the place of one about the same. */
  put(member: Waiting): void {
    const at = this.members.findIndex((w) => isSame(w, member));
    if (at < 0) this.members = [...this.members, member];
    else this.members = this.members.with(at, member);
  }

  /** Drops the members of a kind; of collectors only `item`'s where it is named. */
  drop(kind: Waiting['kind'], item?: string): void {
    this.members = this.members.filter((w) => w.kind !== kind || (item !== undefined && w.kind === 'collector' && w.item !== item));
  }

  clear(): void {
    this.members = [];
  }
}

function isSame(a: Waiting, b: Waiting): boolean {
  return a.kind === b.kind && (a.kind !== 'collector' || (b.kind === 'collector' && a.item === b.item));
}
