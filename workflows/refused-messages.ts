/** Signals that were refused unread: they cannot be answered, so the run tells how many there were. */
let count = 0;
let show: (last: string, count: number) => void = () => {};

/** Has the run hear of each. */
export function onRefusedMessage(tell: typeof show): void {
  show = tell;
}

export function noteRefused(name: string, why: string): void {
  count++;
  show(`${name}: ${why}`, count);
}
