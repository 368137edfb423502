/** Bash functions as lines, written as they are: no escape means anything. */
export function bash(text: TemplateStringsArray, ...values: string[]): string[] {
  return String.raw(text, ...values)
    .trim()
    .split('\n');
}
