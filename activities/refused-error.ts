/** Why the product itself does not do what was asked, or cannot ask a cloud at all. Each cloud's classifier takes it for `blocked`, with its code. */
export class RefusedError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
  }
}
