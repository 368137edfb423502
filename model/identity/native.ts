/**
 * The ids that clouds give, each kind of them in its one normal form: comparing means comparing normal forms. What a cloud tells apart by case
 * (Google's custom roles, AWS secrets) stays as it is written.
 */

/** A GUID, a management group's name or an ARM id mean the same in any case. */
export function normalMicrosoft(id: string): string {
  return id.trim().toLowerCase();
}

/** The number of a folder or an organisation: without zeros before it. */
export function normalNumber(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const IAM = /^arn:aws[a-z-]*:iam::/i;
const ADDRESS = /[^/\s]+@[^/\s]+\.gserviceaccount\.com/gi;
const NUMBERED = /\b(folders|organizations)\/0+(?=\d)/g;

/** No two names in IAM differ by case alone; the client id of a provider, after `#`, is no name. */
function normalIam(id: string): string {
  return id.replace(/^[^#]*/, (name) => name.toLowerCase());
}

export function normalNative(id: string): string {
  if (GUID.test(id) || id.startsWith('/')) return normalMicrosoft(id);
  if (IAM.test(id)) return normalIam(id);
  return id.replace(NUMBERED, '$1/').replace(ADDRESS, (address) => address.toLowerCase());
}

const KIND = /^[a-z]+(?:-[a-z0-9]+)+:/;

/** An item's id, `<kind>:<native id>`, or a native id alone. */
export function normalItem(id: string): string {
  const kind = KIND.exec(id)?.[0] ?? '';
  return kind + normalNative(id.slice(kind.length));
}

/** The native part of an item's id in its normal form; of a native id, itself. */
export function nativeOfItem(id: string): string {
  return normalNative(id.replace(KIND, ''));
}

/** Whether a name that a person wrote, with or without its kind, means an item. */
export function meansItem(written: string, item: string): boolean {
  const normal = normalItem(written);
  return normal === normalItem(item) || normal === nativeOfItem(item);
}

/** The same of many names at once: whether any of them means an item. */
export function itemsMeant(written: readonly string[]): (item: string) => boolean {
  if (written.length === 0) return () => false;
  const normal = new Set(written.map(normalItem));
  return (item) => normal.has(normalItem(item)) || normal.has(nativeOfItem(item));
}
