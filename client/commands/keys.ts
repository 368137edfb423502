import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { homeOf } from '../../security/files.ts';
import { addKey, keyIds, rotateKeys, type KeyIds } from '../../security/key-file.ts';
import { workersKeys } from '../../security/keys.ts';
import type { Action } from '../terminal/command.ts';

/** Ids only: a key itself is never shown, and no argument holds one. */
export const keys: Action = {
  run({ positionals: [what = ''], json }, io) {
    // Says where keys are looked for when there are none.
    workersKeys(io.env);
    if (io.env['OFFBOARD_KEYS'] !== undefined)
      throw new OffboardError(
        'NotAllowed',
        'OFFBOARD_KEYS holds the keys here; change them in the worker’s home, and hand the new content out',
      );
    const file = homeOf(io.env).keys;
    const { ids, current } = changed(what, file);
    if (json) {
      io.out(JSON.stringify({ current, keys: ids }));
      return Promise.resolve();
    }
    const rotate = `then: ${spell(step('keys', 'rotate'), io.program)}`;
    const said = {
      new: [
        `Added a key to ${file}. Give the file to every worker and client that has a copy, and OFFBOARD_KEYS where that is used; ${rotate}`,
      ],
      rotate: [`From now on ${current} encrypts. Keep the older keys: histories and records are read with them.`],
      list: [],
    }[what as 'new' | 'rotate' | 'list'];
    io.out([...said, ...ids.map((id) => `${id}  ${id === current ? 'encrypts and decrypts' : 'decrypts'}`)].join('\n'));
    return Promise.resolve();
  },
};

function changed(what: string, file: string): KeyIds {
  switch (what) {
    case 'new':
      return addKey(file, new Date());
    case 'rotate':
      return rotateKeys(file);
    case 'list':
      return keyIds(file);
    default:
      throw new OffboardError('Usage', `keys: ${what} is none of list, new, rotate`);
  }
}
