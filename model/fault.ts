import { isVisible, visible } from './visible.ts';
import { OffboardError, type ErrorCode } from './errors.ts';

/** What a schema cannot say is wrong in a file that a person wrote: where, what, and the mend. */
export interface Fault {
  code: ErrorCode;
  path: PropertyKey[];
  what: string;
  /** Every place it is about, the last being the one to look at. */
  places?: PropertyKey[][];
  mend: string;
}

/** Throws OffboardError with a line for each fault, with the code of the first. `lineOf` tells where in the file a path stands. */
export function refuseFaults(faults: Fault[], file: string, lineOf?: (path: PropertyKey[]) => number): void {
  const [first] = faults;
  if (first === undefined) return;
  const place = (path: PropertyKey[]) => `${path.join('.')}${lineOf ? `, line ${lineOf(path)}` : ''}`;
  const text = faults.map(({ path, what, places = [], mend }) => {
    const line = lineOf ? `${file}:${lineOf(places.at(-1) ?? path)}` : file;
    // What is wrong may be named in words that hold a line break.
    return visible(`${line}: ${path.join('.')}: ${what}${places.length > 0 ? ` (${places.map(place).join('; ')})` : ''}; ${mend}`);
  });
  throw new OffboardError(first.code, text.join('\n'));
}

/** Texts of a value that hold what is not seen: a name could look like another, or turn round what stands beside it. */
export function unseenFaults(value: unknown, path: PropertyKey[] = []): Fault[] {
  if (typeof value === 'string')
    return isVisible(value)
      ? []
      : [
          {
            code: 'InvalidValue',
            path,
            what: `holds what is not seen: ${visible(value.slice(0, 200))}`,
            mend: 'write it without that, in one line',
          },
        ];
  if (Array.isArray(value)) return value.flatMap((v, at) => unseenFaults(v, [...path, at]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => unseenFaults(v, [...path, key]));
}

/** Faults of a part of a file, told by where that part stands in it. */
export function within(field: string, faults: Fault[]): Fault[] {
  return faults.map((f) => ({
    ...f,
    path: [field, ...f.path],
    ...(f.places ? { places: f.places.map((p) => [field, ...p]) } : {}),
  }));
}

/** What a list names twice by one normal form, each with both places. `field`: where in an entry its name stands. */
export function namedTwice(
  path: PropertyKey[],
  values: readonly string[],
  normal: (value: string) => string,
  field: PropertyKey[] = [],
): Fault[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, at): Fault[] => {
    const before = seen.get(normal(value));
    if (before === undefined) {
      seen.set(normal(value), at);
      return [];
    }
    const other = values[before] ?? '';
    const what = `${value} is named twice${other === value ? '' : `: it is the same as ${other}`}`;
    const places = [before, at].map((index) => [...path, index, ...field]);
    return [{ code: 'DuplicateSystem', path, what, places, mend: 'name it once' }];
  });
}
