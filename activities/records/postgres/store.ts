import type pg from 'pg';
import type { KeyRing } from '../../../security/keys.ts';
import { follow, NO_HEAD, type Append, type Appended, type Head, type StoredLine } from '../chain.ts';
import type { Store, StoredArtifact, Use } from '../store.ts';
import { Connections } from './connections.ts';

/** A line that is to be written, with its run and its append's id. */
interface NewLine extends StoredLine {
  run: string;
  append: string;
}

type Written = Pick<Appended, 'before' | 'head'>;

/** What a join finds none of is null. */
type OrNull<T> = { [K in keyof T]: T[K] | null };

/**
 * Records in a PostgreSQL database, for workers on several machines. TLS by the address (`sslmode=verify-full&sslrootcert=FILE`), the password
 * by PGPASSWORD, PGPASSFILE or the address.
 */
export class PostgresStore implements Store {
  readonly where: string;
  readonly #database: Connections;
  readonly #ring: KeyRing;

  /** Throws InvalidValue where `url` is no such address. */
  constructor(url: string, ring: KeyRing, { create = false, env = process.env }: { create?: boolean; env?: NodeJS.ProcessEnv } = {}) {
    this.#database = new Connections(url, env, create);
    this.where = this.#database.where;
    this.#ring = ring;
  }

  async identity(): Promise<string> {
    const { rows } = await this.#database.query<{ identity: string }>('SELECT identity FROM offboard.store');
    return rows[0]?.identity ?? '';
  }

  async append(appends: Append[]): Promise<Appended[]> {
    // Of the first try: should that one have been committed, this is what it wrote.
    let at: string | undefined;
    return await this.#database.transaction(async (client, again) => {
      const heads = await lock(client, [...new Set(appends.map((a) => a.run))]);
      // What was written by a try whose answer was lost is found, not written twice. Its transaction is over: the runs are locked.
      const written = again ? await found(client, appends) : new Map<string, Written>();
      const now = (at ??= new Date().toISOString());
      const lines: NewLine[] = [];
      const appended = appends.map(({ run, id, records }): Appended => {
        const earlier = written.get(id);
        if (earlier) return { ...earlier, at: now };
        const before = heads.get(run) ?? NO_HEAD;
        const following = follow(this.#ring, run, before, records, now);
        for (const line of following.lines) lines.push({ ...line, run, append: id });
        heads.set(run, following.head);
        return { before, head: following.head, at: now };
      });
      if (lines.length > 0) await insert(client, lines, heads);
      return appended;
    });
  }

  async tail(run: string, after: number, most?: number): Promise<{ head: Head; lines: StoredLine[] }> {
    // One statement sees one moment. What lacks its head is told, too: it was not the program that took it away.
    const { rows } = await this.#database.query<(StoredLine | OrNull<StoredLine>) & { headSeq: number | null; headHash: string | null }>(
      `SELECT r.seq AS "headSeq", r.hash AS "headHash", l.seq, l.hash, l.key AS "keyId", l.body
       FROM (SELECT $1::text COLLATE "C" AS run) q LEFT JOIN offboard.runs r ON r.run = q.run
         LEFT JOIN offboard.lines l ON l.run = q.run AND l.seq > $2
       ORDER BY l.seq LIMIT $3`,
      [run, after, most],
    );
    const { headSeq = null, headHash = null } = rows[0] ?? {};
    const head = headSeq === null || headHash === null ? NO_HEAD : { seq: headSeq, hash: headHash };
    return { head, lines: rows.filter((row): row is StoredLine & typeof row => row.seq !== null) };
  }

  async hashAt(run: string, seq: number): Promise<string | undefined> {
    const { rows } = await this.#database.query<{ hash: string }>('SELECT hash FROM offboard.lines WHERE run = $1 AND seq = $2', [
      run,
      seq,
    ]);
    return rows[0]?.hash;
  }

  async runs(): Promise<string[]> {
    const { rows } = await this.#database.query<{ run: string }>('SELECT run FROM offboard.runs ORDER BY place DESC');
    return rows.map((r) => r.run);
  }

  async uses(run: string, address: string): Promise<boolean> {
    const { rows } = await this.#database.query(
      `WITH there AS (SELECT address FROM offboard.artifacts WHERE address = $2),
         noted AS (INSERT INTO offboard.uses (run, address) SELECT $1, address FROM there ON CONFLICT DO NOTHING)
       SELECT address FROM there`,
      [run, address],
    );
    return rows.length > 0;
  }

  async putArtifact(run: string, address: string, { keyId, body }: StoredArtifact): Promise<void> {
    await this.#database.query(
      `WITH put AS (INSERT INTO offboard.artifacts (address, key, body) VALUES ($2, $3, $4) ON CONFLICT DO NOTHING)
       INSERT INTO offboard.uses (run, address) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [run, address, keyId, body],
    );
  }

  async artifact(address: string): Promise<StoredArtifact | undefined> {
    const { rows } = await this.#database.query<StoredArtifact>('SELECT key AS "keyId", body FROM offboard.artifacts WHERE address = $1', [
      address,
    ]);
    return rows[0];
  }

  async count(): Promise<number> {
    const { rows } = await this.#database.query<{ count: number }>('SELECT count(*)::int AS count FROM offboard.artifacts');
    return rows[0]?.count ?? 0;
  }

  async addresses(after: string, most: number): Promise<string[]> {
    const { rows } = await this.#database.query<{ address: string }>(
      'SELECT address FROM offboard.artifacts WHERE address > $1 ORDER BY address LIMIT $2',
      [after, most],
    );
    return rows.map((r) => r.address);
  }

  async missing(addresses: string[]): Promise<string[]> {
    const { rows } = await this.#database.query<{ address: string }>(
      'SELECT address FROM unnest($1::text[]) q (address) WHERE NOT EXISTS (SELECT FROM offboard.artifacts a WHERE a.address = q.address)',
      [addresses],
    );
    return rows.map((r) => r.address);
  }

  async usesAfter(run: string, address: string, most: number): Promise<Use[]> {
    const { rows } = await this.#database.query<Use>(
      `SELECT u.run, u.address, a.address IS NOT NULL AS there FROM offboard.uses u LEFT JOIN offboard.artifacts a ON a.address = u.address
       WHERE (u.run, u.address) > ($1 COLLATE "C", $2) ORDER BY u.run, u.address LIMIT $3`,
      [run, address, most],
    );
    return rows;
  }

  async probe(): Promise<void> {
    await this.#database.query('INSERT INTO offboard.probe (body) VALUES ($1)', [Buffer.alloc(65_536)]);
    await this.#database.query('DELETE FROM offboard.probe');
  }

  async remove(run: string): Promise<void> {
    await this.#database.transaction(async (client) => {
      // Nobody may begin to use an artifact while it is judged whether anybody does.
      await client.query('LOCK TABLE offboard.uses IN SHARE ROW EXCLUSIVE MODE');
      await client.query('DELETE FROM offboard.runs WHERE run = $1', [run]);
      await client.query('DELETE FROM offboard.lines WHERE run = $1', [run]);
      await client.query(
        `DELETE FROM offboard.artifacts WHERE address IN
           (SELECT address FROM offboard.uses WHERE run = $1 EXCEPT SELECT address FROM offboard.uses WHERE run <> $1)`,
        [run],
      );
      await client.query('DELETE FROM offboard.uses WHERE run = $1', [run]);
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Locks runs, in one order, so that two workers never wait for each other, and returns their heads. Those not there yet are made. */
async function lock(client: pg.ClientBase, runs: string[]): Promise<Map<string, Head>> {
  const locked = async () => {
    const { rows } = await client.query<Head & { run: string }>(
      'SELECT run, seq, hash FROM offboard.runs WHERE run = ANY($1) ORDER BY run FOR UPDATE',
      [runs],
    );
    return new Map(rows.map(({ run, seq, hash }) => [run, { seq, hash }]));
  };
  const known = await locked();
  if (known.size === runs.length) return known;
  // Whoever makes runs holds this lock before those of the runs: it may wait for none of theirs.
  await client.query('ROLLBACK AND CHAIN');
  // The places of runs are given one after the other.
  await client.query('SELECT version FROM offboard.store FOR UPDATE');
  await client.query(
    `INSERT INTO offboard.runs (run, place, seq, hash)
     SELECT new.run, (SELECT coalesce(max(place), 0) FROM offboard.runs) + row_number() OVER (ORDER BY new.nr), 0, $2
     FROM unnest($1::text[]) WITH ORDINALITY AS new (run, nr)
     WHERE NOT EXISTS (SELECT FROM offboard.runs r WHERE r.run = new.run COLLATE "C")`,
    [runs, NO_HEAD.hash],
  );
  return await locked();
}

/** Those of the appends that are written already, by their ids. */
async function found(client: pg.ClientBase, appends: Append[]): Promise<Map<string, Written>> {
  const { rows } = await client.query<{ append: string; first: number; previous: string | null; seq: number; hash: string }>(
    `SELECT last.append, last.first, last.seq, l.hash, b.hash AS previous
     FROM (SELECT append, run, min(seq) AS first, max(seq) AS seq FROM offboard.lines WHERE append = ANY($1::uuid[]) GROUP BY append, run) last
       JOIN offboard.lines l ON l.run = last.run AND l.seq = last.seq
       LEFT JOIN offboard.lines b ON b.run = last.run AND b.seq = last.first - 1`,
    [appends.map((a) => a.id)],
  );
  return new Map(
    rows.map(({ append, first, previous, seq, hash }) => [
      append,
      { before: { seq: first - 1, hash: previous ?? NO_HEAD.hash }, head: { seq, hash } },
    ]),
  );
}

/** Writes lines and the heads of their runs, in one statement. */
async function insert(client: pg.ClientBase, lines: NewLine[], heads: Map<string, Head>): Promise<void> {
  const runs = [...heads.entries()];
  await client.query(
    `WITH moved AS (
       UPDATE offboard.runs r SET seq = h.seq, hash = h.hash FROM unnest($7::text[], $8::int[], $9::text[]) AS h (run, seq, hash)
       WHERE r.run = h.run COLLATE "C")
     INSERT INTO offboard.lines (run, seq, hash, append, key, body)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::bytea[])`,
    [
      lines.map((l) => l.run),
      lines.map((l) => l.seq),
      lines.map((l) => l.hash),
      lines.map((l) => l.append),
      lines.map((l) => l.keyId),
      lines.map((l) => l.body),
      runs.map(([run]) => run),
      runs.map(([, head]) => head.seq),
      runs.map(([, head]) => head.hash),
    ],
  );
}
