import { loadEstate, type Estate } from '../../sandbox/estate.ts';
import { DEFAULT_ESTATE } from './start-sandbox.ts';

/** The default estate, read once in a process: as YAML it takes longer to read than most tests take. */
const LOADED = Symbol.for('offboard.test.default-estate');
const globals = globalThis as { [LOADED]?: Estate };

/** An estate as `loadEstate` gives it; of the default one a copy. */
export function loadedEstate(file = DEFAULT_ESTATE): Estate {
  return file === DEFAULT_ESTATE ? structuredClone((globals[LOADED] ??= loadEstate(file))) : loadEstate(file);
}
