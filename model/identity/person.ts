/**
 * A person's name or mail address in its one normal form: without differences of case, Unicode form, space around it and characters that
 * nobody sees. Source: Unicode's NFKC_Casefold.
 */
export function normalPerson(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
  return folded
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Whether two names are one person's: whoever decides, by whatever spelling, is compared here. */
export function samePerson(a: string, b: string): boolean {
  return normalPerson(a) === normalPerson(b);
}

export function isAmong(name: string, people: readonly string[]): boolean {
  return people.some((one) => samePerson(one, name));
}
