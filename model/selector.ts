/** Systems by name, or everything there is. */
export type Selector = 'all' | string[];

/** One of something, or a list of them. */
export function each<T extends string>(named: T | T[] | undefined): T[] {
  return named === undefined ? [] : ([named].flat() as T[]);
}

/** What is named one by one; `all` names nothing before it was walked. */
export function listed(selector: Selector | undefined): string[] {
  return selector === undefined || selector === 'all' ? [] : selector;
}
