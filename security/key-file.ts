import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { OffboardError } from '../model/errors.ts';
import { parseJson } from './files.ts';

/** The file of payload keys: `current` encrypts, all decrypt. Keys in the order they were added, 32 bytes each, in base64. */
export interface KeyFile {
  current: string;
  keys: Record<string, string>;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** By hand: each command reads it first, and a library for schemas takes a tenth of what `status` takes to load. */
function isKeyFile(value: unknown): value is KeyFile {
  if (!isObject(value) || !isObject(value['keys']) || typeof value['current'] !== 'string') return false;
  return Object.keys(value).length === 2 && Object.values(value['keys']).every((key) => typeof key === 'string' && BASE64.test(key));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a key file's text. `where`: its name for what is wrong with it. Throws InvalidValue, which repeats nothing of it but ids. */
export function parseKeys(text: string, where: string): KeyFile {
  const file = parseJson(text);
  if (!isKeyFile(file)) throw new OffboardError('InvalidValue', `${where}: is not a key file; write {"current": id, "keys": {id: base64}}`);
  const { current, keys } = file;
  for (const [id, key] of Object.entries(keys)) {
    const { length } = Buffer.from(key, 'base64');
    if (length !== 32) throw new OffboardError('InvalidValue', `${where}: key ${id} has ${length} bytes; AES-256 needs 32`);
  }
  if (!Object.hasOwn(keys, current)) throw new OffboardError('InvalidValue', `${where}: current names no key; name one of keys`);
  return file;
}

/** The text of a file with one fresh key. */
export function newKeyFile(): string {
  const { id, key } = freshKey(new Date());
  return JSON.stringify({ current: id, keys: { [id]: key } });
}

/** Ids of the keys, the oldest first, and which of them encrypts. */
export interface KeyIds {
  ids: string[];
  current: string;
}

export function keyIds(file: string): KeyIds {
  return idsOf(parseKeys(readFileSync(file, 'utf8'), file));
}

/** Adds a key that only decrypts yet. */
export function addKey(file: string, now: Date): KeyIds {
  return change(file, ({ current, keys }) => {
    const { id, key } = freshKey(now);
    return { current, keys: { ...keys, [id]: key } };
  });
}

/** Has the newest key encrypt. Throws NotAllowed when it does already. */
export function rotateKeys(file: string): KeyIds {
  return change(file, ({ current, keys }) => {
    const newest = Object.keys(keys).at(-1) ?? current;
    if (newest === current)
      throw new OffboardError(
        'NotAllowed',
        `${file}: its newest key, ${newest}, encrypts already; add one first, and have workers and clients read it`,
      );
    return { current: newest, keys };
  });
}

/** The file is replaced whole: nobody reads half of it. Throws NotAllowed while somebody else changes it. */
function change(file: string, edit: (keys: KeyFile) => KeyFile): KeyIds {
  const draft = `${file}.next`;
  let handle: number;
  try {
    handle = openSync(draft, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new OffboardError('NotAllowed', `${draft} is there: the keys are being changed; where nobody changes them, remove it`, { cause });
  }
  try {
    const changed = edit(parseKeys(readFileSync(file, 'utf8'), file));
    writeFileSync(handle, JSON.stringify(changed), { flush: true });
    renameSync(draft, file);
    return idsOf(changed);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function idsOf({ current, keys }: KeyFile): KeyIds {
  return { current, ids: Object.keys(keys) };
}

/** The day stands in the id: a list of keys then tells how old they are. */
function freshKey(now: Date): { id: string; key: string } {
  return { id: `${now.toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`, key: randomBytes(32).toString('base64') };
}
