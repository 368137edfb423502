/** Whether a text is one of a list of constants, whose type is narrower than the text's. */
export function isOneOf<T extends string>(known: readonly T[], text: string | undefined): text is T {
  return (known as readonly (string | undefined)[]).includes(text);
}
