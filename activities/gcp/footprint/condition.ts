import { parse } from '@bufbuild/cel';
import { MEPM } from '../../../model/footprint.ts';
import type { Provider } from '../snapshot.ts';

/** What decides whom a provider lets in, and what it calls them. */
export type Admission = Pick<Provider, 'attributeMapping' | 'attributeCondition'>;

/** Whether a provider's condition proves that it lets in the CIEM application alone; if not, why, in words, and whether it is understood at all. */
export type Admitted = { alone: true } | { alone: false; understood: boolean; why: string };

/** Google takes no longer ones; a parser may take long for them. */
const LONGEST = 4096;

/**
 * Whom a provider lets in. Its condition proves the CIEM application where it implies, by the grammar of CEL, that the token's `appid` or `azp` is the
 * CIEM application's id: read from the token itself, or from an attribute that is mapped from just that. Pure.
 */
export function admittedBy({ attributeMapping, attributeCondition }: Admission): Admitted {
  if (attributeCondition.trim() === '')
    return { alone: false, understood: true, why: 'has no condition: it lets in every application of the tenant' };
  const condition = parsed(attributeCondition);
  if (condition === undefined) return { alone: false, understood: false, why: 'has a condition that is not understood' };
  const implied = impliedBy(condition, attributeMapping, true);
  if (implied === 'ciem') return { alone: true };
  if (implied === 'nobody') return { alone: false, understood: true, why: 'has a condition that lets in nobody' };
  if (heldOfCiem(condition, attributeMapping) === false)
    return { alone: false, understood: true, why: 'has a condition that shuts the CIEM application out' };
  return { alone: false, understood: true, why: 'has a condition that does not demand the CIEM application alone' };
}

/** Whether the CIEM application itself comes in: `unknown` where that depends on what nobody reads, or is not understood. */
export type CiemWay = 'in' | 'out' | 'unknown';

/**
 * Whether a provider's condition lets the CIEM application in: what it says of a token whose `appid` or `azp` is that application's id, all else of the token being
 * unknown. Pure.
 */
export function letsCiemIn({ attributeMapping, attributeCondition }: Admission): CiemWay {
  if (attributeCondition.trim() === '') return 'in';
  const condition = parsed(attributeCondition);
  const held = condition && heldOfCiem(condition, attributeMapping);
  return held === undefined ? 'unknown' : held ? 'in' : 'out';
}

/** Whether an attribute of a provider's identities is the token's `appid` or `azp`; undefined where the provider gives no such attribute. */
export function comesFromToken({ attributeMapping }: Pick<Provider, 'attributeMapping'>, attribute: string): boolean | undefined {
  const mapped = attributeMapping[attribute];
  if (mapped === undefined) return undefined;
  const expression = parsed(mapped);
  return expression !== undefined && isTokensApplication(expression);
}

type Expression = NonNullable<ReturnType<typeof parse>['expr']>;

/** What was parsed before: onboarding's own few expressions stand in every provider, and each is asked for again and again. */
const known = new Map<string, Expression | undefined>();
const MOST_KNOWN = 1_000;

/** Undefined where it is not CEL, or too long for Google. */
function parsed(text: string): Expression | undefined {
  if (text.length > LONGEST) return undefined;
  if (known.has(text)) return known.get(text);
  if (known.size >= MOST_KNOWN) known.clear();
  const expression = parseOrNot(text);
  known.set(text, expression);
  return expression;
}

function parseOrNot(text: string): Expression | undefined {
  try {
    return parse(text).expr;
  } catch {
    return undefined;
  }
}

/** Who comes in where an expression is true: the CIEM application at most, nobody at all, or perhaps others. */
type Implied = 'ciem' | 'nobody' | 'others';

/** Who comes in where an expression is `wanted`. */
function impliedBy(expression: Expression, mapping: Admission['attributeMapping'], wanted: boolean): Implied {
  const { exprKind: kind } = expression;
  if (kind.case === 'constExpr') {
    const { constantKind: constant } = kind.value;
    return constant.case === 'boolValue' && constant.value !== wanted ? 'nobody' : 'others';
  }
  if (kind.case !== 'callExpr') return 'others';
  const { function: name, args } = kind.value;
  const [first, second, third] = args;
  const each = (want: boolean) => args.map((a) => impliedBy(a, mapping, want));
  switch (name) {
    case '!_':
      return first ? impliedBy(first, mapping, !wanted) : 'others';
    case '_&&_':
      return wanted ? all(each(true)) : any(each(false));
    case '_||_':
      return wanted ? any(each(true)) : all(each(false));
    case '_?_:_':
      if (!first || !second || !third) return 'others';
      return any([
        all([impliedBy(first, mapping, true), impliedBy(second, mapping, wanted)]),
        all([impliedBy(first, mapping, false), impliedBy(third, mapping, wanted)]),
      ]);
    case '_==_':
    case '_!=_':
      return (name === '_==_') === wanted && first && second && isCiem(first, second, mapping) ? 'ciem' : 'others';
    case '@in':
      return wanted && first && second && isOneOf(first, second, mapping) ? 'ciem' : 'others';
    default:
      return 'others';
  }
}

/** Whether an expression is true of the CIEM application's tokens; undefined where that is not known. */
function heldOfCiem(expression: Expression, mapping: Admission['attributeMapping']): boolean | undefined {
  const { exprKind: kind } = expression;
  if (kind.case === 'constExpr') {
    const { constantKind: constant } = kind.value;
    return constant.case === 'boolValue' ? constant.value : undefined;
  }
  if (kind.case !== 'callExpr') return undefined;
  const { function: name, args } = kind.value;
  const [first, second, third] = args;
  const of = (part: Expression | undefined) => (part ? heldOfCiem(part, mapping) : undefined);
  switch (name) {
    case '!_':
      return negated(of(first));
    case '_&&_':
      return args.some((a) => of(a) === false) ? false : args.every((a) => of(a) === true) ? true : undefined;
    case '_||_':
      return args.some((a) => of(a) === true) ? true : args.every((a) => of(a) === false) ? false : undefined;
    case '_?_:_': {
      const asked = of(first);
      const [yes, no] = [of(second), of(third)];
      return asked === undefined ? (yes === no ? yes : undefined) : asked ? yes : no;
    }
    case '_==_':
      return isCiemsId(first, second, mapping) ?? isCiemsId(second, first, mapping);
    case '_!=_':
      return negated(isCiemsId(first, second, mapping) ?? isCiemsId(second, first, mapping));
    case '@in': {
      if (second?.exprKind.case !== 'listExpr') return undefined;
      const each = second.exprKind.value.elements.map((e) => isCiemsId(first, e, mapping));
      return each.includes(true) ? true : each.every((e) => e === false) ? false : undefined;
    }
    default:
      return undefined;
  }
}

function negated(held: boolean | undefined): boolean | undefined {
  return held === undefined ? undefined : !held;
}

/** Whether the token's application, where `one` is that, is what `other` says; undefined where one of both is something else. The id in another case is the same to nobody else, but not to Google. */
function isCiemsId(
  one: Expression | undefined,
  other: Expression | undefined,
  mapping: Admission['attributeMapping'],
): boolean | undefined {
  if (!one || !other || !isApplication(one, mapping)) return undefined;
  const constant = other.exprKind.case === 'constExpr' ? other.exprKind.value.constantKind : undefined;
  if (constant?.case !== 'stringValue') return undefined;
  if (constant.value === MEPM.ciemAppId) return true;
  return isCiemId(other) ? undefined : false;
}

/** All of these hold. */
function all(parts: Implied[]): Implied {
  return parts.find((p) => p === 'nobody') ?? parts.find((p) => p === 'ciem') ?? 'others';
}

/** One of these holds. */
function any(arms: Implied[]): Implied {
  return arms.find((p) => p === 'others') ?? arms.find((p) => p === 'ciem') ?? 'nobody';
}

function isCiem(one: Expression, other: Expression, mapping: Admission['attributeMapping']): boolean {
  return (isApplication(one, mapping) && isCiemId(other)) || (isCiemId(one) && isApplication(other, mapping));
}

function isOneOf(one: Expression, list: Expression, mapping: Admission['attributeMapping']): boolean {
  if (list.exprKind.case !== 'listExpr') return false;
  const { elements } = list.exprKind.value;
  return isApplication(one, mapping) && elements.length > 0 && elements.every(isCiemId);
}

/** An application's id is a GUID: its case tells nobody from anybody. */
function isCiemId({ exprKind: kind }: Expression): boolean {
  if (kind.case !== 'constExpr' || kind.value.constantKind.case !== 'stringValue') return false;
  return kind.value.constantKind.value.toLowerCase() === MEPM.ciemAppId;
}

/** The token's application, as the token says it or as an attribute that comes from there. */
function isApplication(expression: Expression, mapping: Admission['attributeMapping']): boolean {
  if (isTokensApplication(expression)) return true;
  const field = fieldOf(expression);
  return field !== undefined && comesFromToken({ attributeMapping: mapping }, field) === true;
}

/** Entra names the application in `appid` (version 1) or `azp` (version 2) of its tokens. */
function isTokensApplication(expression: Expression): boolean {
  const field = fieldOf(expression);
  return field === 'assertion.appid' || field === 'assertion.azp';
}

/** `a.b` of `a.b` and of `a['b']`. */
function fieldOf({ exprKind: kind }: Expression): string | undefined {
  if (kind.case === 'selectExpr' && !kind.value.testOnly) return named(kind.value.operand, kind.value.field);
  if (kind.case !== 'callExpr' || kind.value.function !== '_[_]') return undefined;
  const [operand, key] = kind.value.args;
  const constant = key?.exprKind.case === 'constExpr' ? key.exprKind.value.constantKind : undefined;
  return constant?.case === 'stringValue' ? named(operand, constant.value) : undefined;
}

function named(operand: Expression | undefined, field: string): string | undefined {
  return operand?.exprKind.case === 'identExpr' ? `${operand.exprKind.value.name}.${field}` : undefined;
}
