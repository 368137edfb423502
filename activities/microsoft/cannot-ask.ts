/** Raised by our own edges, where no call can be made at all. Classified as `blocked` with its code. */
export class CannotAsk extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'CannotAsk';
    this.code = code;
  }
}
