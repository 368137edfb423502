/** What brings a database from one version to the next, the first from nothing. Its version is its `user_version`. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE store (identity TEXT NOT NULL);
   CREATE TABLE runs (run TEXT PRIMARY KEY, place INTEGER NOT NULL UNIQUE, seq INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE lines (run TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, append TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
     PRIMARY KEY (run, seq)) WITHOUT ROWID;
   CREATE TABLE artifacts (address TEXT PRIMARY KEY, key TEXT NOT NULL, body BLOB NOT NULL);
   CREATE TABLE probe (body BLOB NOT NULL);
   CREATE TABLE uses (run TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (run, address)) WITHOUT ROWID;`,
];
