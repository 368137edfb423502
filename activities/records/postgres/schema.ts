/** What brings the schema from one version to the next, the first from nothing. Its version is in `offboard.store`. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE offboard.store (identity uuid NOT NULL DEFAULT gen_random_uuid(), version integer NOT NULL);
   CREATE TABLE offboard.runs (run text COLLATE "C" PRIMARY KEY, place integer NOT NULL UNIQUE, seq integer NOT NULL, hash text NOT NULL);
   CREATE TABLE offboard.lines (run text COLLATE "C" NOT NULL, seq integer NOT NULL, hash text NOT NULL, append uuid NOT NULL, key text NOT NULL,
     body bytea NOT NULL, PRIMARY KEY (run, seq));
   CREATE INDEX ON offboard.lines (append);
   CREATE TABLE offboard.artifacts (address text PRIMARY KEY, key text NOT NULL, body bytea NOT NULL);
   CREATE TABLE offboard.probe (body bytea NOT NULL);
   CREATE TABLE offboard.uses (run text COLLATE "C" NOT NULL, address text NOT NULL, PRIMARY KEY (run, address));
   INSERT INTO offboard.store (version) VALUES (0);`,
];
