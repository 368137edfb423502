import { OffboardError } from '../../model/errors.ts';
import type { KeyRing } from '../../security/keys.ts';
import { homeOf } from '../../security/files.ts';
import { ArtifactStore } from './artifacts.ts';
import { Journal } from './journal.ts';
import { MIGRATIONS as POSTGRES } from './postgres/schema.ts';
import { PostgresStore } from './postgres/store.ts';
import { MIGRATIONS as SQLITE } from './sqlite/schema.ts';
import { SqliteStore } from './sqlite/store.ts';
import { RecordsUnavailable, type Store } from './store.ts';

/** The records of this machine or of a database, with what is read and written through them. */
export interface Records {
  store: Store;
  journal: Journal;
  artifacts: ArtifactStore;
}

/**
 * Opens the records: the PostgreSQL database that OFFBOARD_RECORDS names (`postgres://…`), else the SQLite file in OFFBOARD_HOME. `create`: makes
 * what is not there. Throws NoRecords, RecordsNewer, InvalidValue.
 */
export async function openRecords(env: NodeJS.ProcessEnv, ring: KeyRing, { create = false }: { create?: boolean } = {}): Promise<Records> {
  const store = storeOf(env, ring, create);
  try {
    await store.identity();
  } catch (error) {
    await store.close();
    if (error instanceof RecordsUnavailable) throw new OffboardError('NoRecords', `${error.message}; ${error.mend}`, { cause: error });
    throw error;
  }
  return recordsIn(store, ring);
}

/** Pure: which engine the environment names, and the version of the schema that this program makes there. */
export function engineOf(env: NodeJS.ProcessEnv): { engine: 'SQLite' | 'PostgreSQL'; schema: number } {
  return env['OFFBOARD_RECORDS'] ? { engine: 'PostgreSQL', schema: POSTGRES.length } : { engine: 'SQLite', schema: SQLITE.length };
}

/** What a store holds. */
export function recordsIn(store: Store, ring: KeyRing): Records {
  return { store, journal: new Journal(store, ring), artifacts: new ArtifactStore(store, ring) };
}

function storeOf(env: NodeJS.ProcessEnv, ring: KeyRing, create: boolean): Store {
  const url = env['OFFBOARD_RECORDS'];
  if (url === undefined || url === '') return new SqliteStore(homeOf(env).records, ring, { create });
  if (/^postgres(ql)?:\/\//.test(url)) return new PostgresStore(url, ring, { create, env });
  throw new OffboardError(
    'InvalidValue',
    `OFFBOARD_RECORDS: begins neither with postgres:// nor with postgresql://; write postgres://USER@HOST/DATABASE, or leave it unset for a file in OFFBOARD_HOME`,
  );
}
