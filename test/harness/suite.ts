import { inject, type ProvidedContext } from 'vitest';

/** What test/setup/temporal.ts made for the stage tests of this run of the suite. Throws in a unit test, for which there is nothing. */
export function suite<Name extends Extract<keyof ProvidedContext, string>>(name: Name): ProvidedContext[Name] {
  const value: ProvidedContext[Name] | undefined = inject(name);
  if (value === undefined) throw new Error(`${name}: a unit test has no server; name its file *.stage.test.ts`);
  return value;
}
