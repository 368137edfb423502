import { matchesWildcard } from '../../../model/wildcard.ts';

/** One operator on one key of a policy's condition block; all of a statement's have to be met, each by any of its values. */
export interface Condition {
  /** Lower-case, such as `stringequals` or `foranyvalue:stringlike`. */
  operator: string;
  /** Lower-case. */
  key: string;
  values: string[];
}

/**
 * The key of a statement that is asked about. `loosely`: spellings that may mean the same key; a condition on such a one that is not it is never
 * met by anything, or by everything where it is a negation or need not be there.
 */
export interface Key {
  exactly: string;
  loosely?: string;
}

/** IAM's operators on strings, taken apart. */
interface StringOperator {
  negated: boolean;
  how: 'equals' | 'equalsignorecase' | 'like';
  /** Met as well where the key is not there: `…IfExists`, `ForAllValues:…`. */
  orAbsent: boolean;
}

const STRING = /^(foranyvalue:|forallvalues:)?string(not)?(equalsignorecase|equals|like)(ifexists)?$/;

/**
 * Pure: every value of a key that whoever meets all conditions may have; undefined where they do not name them one by one. A condition that is
 * not understood names none, and shuts none out.
 */
export function valuesLetIn(conditions: readonly Condition[], key: Key): string[] | undefined {
  const named = conditions.map((c) => valuesNamed(c, key)).find((values) => values !== undefined);
  return named?.filter((value) => mayLetIn(conditions, key, value));
}

/** Pure: whether a value of a key may meet all conditions: false only where it surely does not. */
export function mayLetIn(conditions: readonly Condition[], key: Key, value: string): boolean {
  return letsIn(conditions, key, value) !== false;
}

/** Pure: whether a value of a key meets all conditions on that key; undefined where one of them is not understood, or depends on the request. */
export function letsIn(conditions: readonly Condition[], key: Key, value: string): boolean | undefined {
  const met = conditions.filter((c) => isOn(c, key)).map((c) => meets(c, key, value));
  return met.includes(false) ? false : met.includes(undefined) ? undefined : true;
}

/** Pure: what conditions on a key name beside these values: other ones, and patterns of others, that may be let in. Sorted. */
export function namedBeside(conditions: readonly Condition[], key: Key, values: readonly string[]): string[] {
  const named = conditions.flatMap((c) => {
    const operator = operatorOf(c, key);
    if (!operator || operator.negated) return [];
    return c.values.filter((pattern) => values.every((v) => matchesValue(pattern, v, operator.how) === false));
  });
  const isShutOut = (v: string) => !isOpen(v) && !mayLetIn(conditions, key, v);
  return [...new Set(named)].filter((v) => !isShutOut(v)).toSorted();
}

/** Pure: whether a condition is on a key, or on what may be another spelling of it. */
export function isOn(condition: Pick<Condition, 'key'>, { exactly, loosely }: Key): boolean {
  return condition.key === exactly || condition.key === loosely;
}

function meets(condition: Condition, key: Key, value: string): boolean | undefined {
  // `Null` asks that the key be absent (`true`), or there (`false`).
  if (condition.operator === 'null' && condition.key === key.exactly) return condition.values.every((v) => v.toLowerCase() === 'false');
  const operator = operatorOf(condition, key);
  if (!operator) return undefined;
  const { negated, how, orAbsent } = operator;
  if (condition.key !== key.exactly && (negated || orAbsent)) return undefined;
  const matched = condition.values.map((pattern) => matchesValue(pattern, value, how));
  const isOne = matched.includes(true) ? true : matched.includes(undefined) ? undefined : false;
  return negated && isOne !== undefined ? !isOne : isOne;
}

function operatorOf(condition: Condition, key: Key): StringOperator | undefined {
  if (!isOn(condition, key)) return undefined;
  const [, set, not, how, ifExists] = STRING.exec(condition.operator) ?? [];
  if (how === undefined) return undefined;
  return { negated: not !== undefined, how: how as StringOperator['how'], orAbsent: ifExists !== undefined || set === 'forallvalues:' };
}

/** The values that a condition demands, where it demands the key and names each whole. */
function valuesNamed(condition: Condition, key: Key): string[] | undefined {
  const operator = operatorOf(condition, key);
  if (!operator || operator.negated || operator.orAbsent) return undefined;
  const hasOpen = condition.values.some((v) => (operator.how === 'like' ? isOpen(v) : hasVariable(v)));
  return hasOpen ? undefined : condition.values;
}

/** Whether more than one value may be meant. */
function isOpen(pattern: string): boolean {
  return hasVariable(pattern) || /[*?]/.test(pattern);
}

/** Undefined where the value depends on the request: a policy variable such as `${aws:username}`. */
function matchesValue(pattern: string, value: string, how: StringOperator['how']): boolean | undefined {
  if (hasVariable(pattern)) return undefined;
  if (how === 'equalsignorecase') return pattern.toLowerCase() === value.toLowerCase();
  return how === 'like' ? matchesWildcard(pattern, value) : pattern === value;
}

function hasVariable(text: string): boolean {
  return text.includes('${');
}
