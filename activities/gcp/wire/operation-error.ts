/** A long-running operation that ended in an error, or did not end in time. `code` is a google.rpc.Code; absent when it still runs. */
export class OperationError extends Error {
  readonly code?: number;
  constructor(message: string, code?: number) {
    super(message);
    this.name = 'OperationError';
    if (code !== undefined) this.code = code;
  }
}
