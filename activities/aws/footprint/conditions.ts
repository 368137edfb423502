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
  return conditions.every((condition) => {
    const operator = operatorOf(condition, key);
    if (!operator) return true;
    const { negated, how, orAbsent } = operator;
    if (condition.key !== key.exactly && (negated || orAbsent)) return true;
    const matched = condition.values.map((pattern) => matchesValue(pattern, value, how));
    return negated ? matched.every((m) => m !== true) : matched.some((m) => m !== false);
  });
}

function operatorOf(condition: Condition, { exactly, loosely }: Key): StringOperator | undefined {
  if (condition.key !== exactly && condition.key !== loosely) return undefined;
  const [, set, not, how, ifExists] = STRING.exec(condition.operator) ?? [];
  if (how === undefined) return undefined;
  return { negated: not !== undefined, how: how as StringOperator['how'], orAbsent: ifExists !== undefined || set === 'forallvalues:' };
}

/** The values that a condition demands, where it demands the key and names each whole. */
function valuesNamed(condition: Condition, key: Key): string[] | undefined {
  const operator = operatorOf(condition, key);
  if (!operator || operator.negated || operator.orAbsent) return undefined;
  const isOpen = condition.values.some((v) => hasVariable(v) || (operator.how === 'like' && /[*?]/.test(v)));
  return isOpen ? undefined : condition.values;
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
