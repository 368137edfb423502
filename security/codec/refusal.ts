/** Why a codec server does not answer: an HTTP status, and a sentence for whoever asked, without anything of what was sent. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
