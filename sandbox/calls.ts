import type { SandboxRequest } from './service.ts';

/** How often each operation of each service was called: service (its prefix without the slash), then operation. */
export type Calls = Record<string, Record<string, number>>;

/** By what name a service is counted: its prefix without the slash. */
export const serviceName = (prefix: string): string => prefix.slice(1) || 'entra';

/** Counts what the clouds are asked, so that what a run costs can be told. The sandbox's own calls are not counted. */
export class CallCounts {
  readonly #calls: Calls = {};
  #repeated = 0;

  count(prefix: string, request: SandboxRequest): void {
    const operations = (this.#calls[serviceName(prefix)] ??= {});
    const operation = operationOf(request);
    operations[operation] = (operations[operation] ?? 0) + 1;
  }

  /** Hears what a call was answered: a removal of what is not there any more has been done before. */
  answered(request: SandboxRequest, status: number): void {
    if (status === 404 && /^(?:DELETE|Delete|Detach|Remove)/.test(operationOf(request))) this.#repeated++;
  }

  tell(): Calls {
    return this.#calls;
  }

  /** How many removals were asked for of what was gone. */
  get repeated(): number {
    return this.#repeated;
  }
}

/** A method and what it is about, without the ids in the path; AWS names its actions. */
function operationOf({ method, path, headers, body }: SandboxRequest): string {
  const action = /(?:^|&)Action=([A-Za-z]+)/.exec(body)?.[1] ?? headers['x-amz-target']?.split('.').at(-1);
  if (action !== undefined && method === 'POST') return action;
  const segments = path.split('/').filter(Boolean);
  const [last = '/', before = ''] = segments.toReversed();
  const verb = /:([A-Za-z]+)$/.exec(last)?.[1];
  if (verb) return `${method} :${verb}`;
  return isId(last) ? `${method} ${before}/*` : `${method} ${last}`;
}

/** Names of collections are words; an id has a figure, a dot or a percent sign in it. */
function isId(segment: string): boolean {
  return !/^[A-Za-z]+$/.test(segment) || segment.length > 40;
}
