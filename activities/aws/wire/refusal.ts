/** What we ourselves refuse to do in an account, or not yet: the classifier takes kind, code and message as they stand. */
export class AwsRefusal extends Error {
  readonly kind: 'retry' | 'blocked';
  /** docs/guards.md lists them. */
  readonly code: string;
  constructor(kind: AwsRefusal['kind'], code: AwsRefusal['code'], message: string) {
    super(message);
    this.name = 'AwsRefusal';
    this.kind = kind;
    this.code = code;
  }
}
