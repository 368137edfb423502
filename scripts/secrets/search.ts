/** A secret that nothing may hold, and where it may be after all. */
export interface Canary {
  /** What it is, in words: it is told where the value never is. */
  name: string;
  value: Buffer;
  /** Why it may be in a place; undefined where it may not. */
  allowed?(place: string): string | undefined;
}

/** Bytes that are searched, and what they are, in words. */
export interface Place {
  name: string;
  bytes: Buffer;
}

export interface Hit {
  canary: string;
  form: string;
  place: string;
  /** Why it may be there. */
  allowed?: string;
}

/** Every canary in every form in every place; each pair of canary and place once. */
export function search(canaries: readonly Canary[], places: readonly Place[]): Hit[] {
  const wanted = canaries.map((canary) => ({ canary, forms: formsOf(canary.value) }));
  return places.flatMap(({ name: place, bytes }) =>
    wanted.flatMap(({ canary, forms }): Hit[] => {
      const form = forms.find((f) => holds(bytes, f));
      if (!form) return [];
      const allowed = canary.allowed?.(place);
      return [{ canary: canary.name, form: form.name, place, ...(allowed === undefined ? {} : { allowed }) }];
    }),
  );
}

interface Form {
  name: string;
  bytes: Buffer;
  /** It is short enough to come about by chance: it counts only where no letter and no digit stands beside it. */
  alone?: true;
}

/** Six digits are among any longer number. */
const SHORT = 12;

/** A secret as it is, in base64 wherever it may begin in what was encoded, in hex, and as it stands in a URL or in JSON. */
export function formsOf(value: Buffer): Form[] {
  const text = value.toString();
  const isText = Buffer.from(text).equals(value);
  const hex = value.toString('hex');
  const percent = hex.replaceAll(/../g, '%$&');
  const forms: Form[] = [
    { name: 'raw', bytes: value, ...(value.length < SHORT ? { alone: true as const } : {}) },
    { name: 'hex', bytes: Buffer.from(hex) },
    { name: 'hex in capitals', bytes: Buffer.from(hex.toUpperCase()) },
    { name: 'URL, every byte', bytes: Buffer.from(percent) },
    { name: 'URL, every byte, in capitals', bytes: Buffer.from(percent.toUpperCase()) },
    ...[0, 1, 2].flatMap((at) => base64At(value, at)),
    ...(isText
      ? [
          { name: 'URL', bytes: Buffer.from(encodeURIComponent(text)) },
          { name: 'JSON', bytes: Buffer.from(JSON.stringify(text).slice(1, -1)) },
        ]
      : []),
  ];
  // What needs no escape looks in a URL as it is.
  return forms.filter((f, n) => n === 0 || !f.bytes.equals(value));
}

/** The characters of base64 that hold nothing but the secret, where `at` bytes stand before it. */
function base64At(value: Buffer, at: number): Form[] {
  const whole = Buffer.concat([Buffer.alloc(at), value])
    .toString('base64')
    .replaceAll('=', '');
  const first = Math.ceil((at * 8) / 6);
  const last = Math.floor(((at + value.length) * 8) / 6);
  const text = whole.slice(first, last);
  const url = text.replaceAll('+', '-').replaceAll('/', '_');
  const escaped = encodeURIComponent(text);
  const all = [
    ['base64', text],
    ['base64url', url],
    ['base64 in a URL', escaped],
  ] as const;
  return all
    .filter(([, form], n) => n === 0 || form !== text)
    .map(([name, form]) => ({ name: `${name}, ${at} bytes before it`, bytes: Buffer.from(form) }));
}

function holds(bytes: Buffer, { bytes: form, alone }: Form): boolean {
  for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + 1)) {
    if (!alone || !(isWord(bytes[at - 1]) || isWord(bytes[at + form.length]))) return true;
  }
  return false;
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}
