/** Systems by name, or everything there is. */
export type Selector = 'all' | string[];

/** What is named one by one; `all` names nothing before it was walked. */
export function listed(selector: Selector | undefined): string[] {
  return selector === undefined || selector === 'all' ? [] : selector;
}
