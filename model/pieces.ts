/** A long computation that can be left between two pieces and gone on with later. */
export type Pieces<T> = Generator<void, T>;

/** Does it to its end without a pause. */
export function allAtOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
