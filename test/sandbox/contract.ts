import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A message that does not fit the contract: names call and fault. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

type Schema = Record<string, unknown>;
interface Operation {
  responses: Record<string, Schema>;
  requestBody?: Schema;
  parameters?: { in?: string; name?: string; schema?: Schema }[];
}

type Description = Schema & { paths: Record<string, Record<string, Operation>> };

/** One of the published API descriptions below test/contracts, as a judge over requests and responses. */
export class Contract {
  readonly #document: Description;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(file: string) {
    const text = readFileSync(new URL(`../contracts/${file}`, import.meta.url), 'utf8');
    this.#document = nullable(JSON.parse(text)) as Description;
    this.#ajv = new Ajv({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv) => void)(this.#ajv);
    // Formats of OpenAPI that are no JSON Schema formats: they only say how a number or bytes are kept.
    for (const format of ['base64url', 'int8', 'int16', 'int32', 'int64', 'float', 'double', 'decimal']) this.#ajv.addFormat(format, true);
    this.#ajv.addSchema(this.#document, 'contract');
  }

  /** Throws ContractViolation when the response to a call does not fit. `path` is the API's own, without the sandbox's prefix. */
  response(method: string, path: string, status: number, body: unknown): void {
    const { route, operation, pointer } = this.#operation(method, path);
    const known = [String(status), `${String(status)[0]}XX`, 'default'].find((key) => key in operation.responses);
    if (!known) throw new ContractViolation(`${method} ${route}: status ${status} is not described`);
    const schema = this.#schemaOf(operation.responses[known] as Schema, `${pointer}/responses/${known}`);
    if (schema) this.#check(`${method} ${route} ${status}`, schema, body);
    else if (body !== undefined) throw new ContractViolation(`${method} ${route}: status ${status} has no body`);
  }

  /** Throws ContractViolation when a call's body does not fit. */
  request(method: string, path: string, body: unknown): void {
    const { route, operation, pointer } = this.#operation(method, path);
    const inBody = operation.parameters?.findIndex((p) => p.in === 'body') ?? -1;
    const schema = operation.requestBody
      ? this.#schemaOf(operation.requestBody, `${pointer}/requestBody`)
      : inBody >= 0 && `${pointer}/parameters/${inBody}/schema`;
    if (schema) this.#check(`${method} ${route}`, schema, body);
    else if (body !== undefined) throw new ContractViolation(`${method} ${route}: takes no body`);
  }

  #operation(method: string, path: string): { route: string; operation: Operation; pointer: string } {
    const verb = method.toLowerCase();
    const specificity = (route: string) => route.replaceAll(/\{[^}]+\}/g, '').length;
    const route = Object.keys(this.#document.paths)
      .filter((r) => verb in (this.#document.paths[r] ?? {}) && matcher(r).test(path))
      .toSorted((a, b) => specificity(b) - specificity(a))[0];
    if (!route) throw new ContractViolation(`${method} ${path}: no such call in the contract`);
    const operation = this.#document.paths[route]?.[verb] as Operation;
    return { route, operation, pointer: `#/paths/${route.replaceAll('~', '~0').replaceAll('/', '~1')}/${verb}` };
  }

  /** Where the schema of a response or request body stands: OpenAPI 3 has it below `content`, Swagger 2 at once; a `$ref` may come first. */
  #schemaOf(holder: Schema, pointer: string): string | undefined {
    if (typeof holder['$ref'] === 'string') {
      const target = holder['$ref'].slice(2).split('/');
      return this.#schemaOf(
        target.reduce<Schema>((at, key) => at[key] as Schema, this.#document),
        holder['$ref'],
      );
    }
    if ('schema' in holder) return `${pointer}/schema`;
    return 'content' in holder ? `${pointer}/content/application~1json/schema` : undefined;
  }

  #check(call: string, pointer: string, body: unknown): void {
    const fragment = `contract#${encodeURI(pointer.slice(1)).replaceAll('{', '%7B').replaceAll('}', '%7D')}`;
    const validate = this.#compiled.get(pointer) ?? this.#ajv.compile({ $ref: fragment });
    this.#compiled.set(pointer, validate);
    if (!validate(body)) throw new ContractViolation(`${call}: ${this.#ajv.errorsText(validate.errors)}`);
  }
}

/** A scope is several path segments in ARM and may be empty; any other parameter is one. */
function matcher(route: string): RegExp {
  const pattern = route
    .replaceAll(/[.()$]/g, String.raw`\$&`)
    .replace('/{scope}', '(?:/.+)?')
    .replaceAll(/\{[^}]+\}/g, '[^/:]+');
  return new RegExp(`^${pattern}$`, 'i');
}

/** OpenAPI 3.0 writes `nullable: true` where JSON Schema has a type `null` or, for an enum, the value null. */
function nullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(nullable);
  if (node === null || typeof node !== 'object') return node;
  const { nullable: mayBeNull, ...rest } = node as Schema;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, nullable(value)]));
  return mayBeNull === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}
