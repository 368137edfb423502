import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { PostgresStore } from '../../../activities/records/postgres/store.ts';
import { recordsContract, RING, type TestDatabase } from '../../activities/records/contract.ts';
import { Cluster } from '../../../scripts/postgres/cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.remove());

recordsContract('PostgreSQL', async (): Promise<TestDatabase> => {
  const name = `records_${randomUUID().replaceAll('-', '')}`;
  const url = await cluster.database(name);
  return {
    store: () => new PostgresStore(url, RING, { create: true }),
    sql: async (text) => void (await cluster.sql(name, `SET search_path = offboard; ${text}`)),
    async raw() {
      const rows = await cluster.sql<{ line: string }>(
        name,
        `SELECT lines::text || encode(body, 'escape') AS line FROM offboard.lines
         UNION ALL SELECT artifacts::text || encode(body, 'escape') FROM offboard.artifacts
         UNION ALL SELECT runs::text FROM offboard.runs UNION ALL SELECT uses::text FROM offboard.uses`,
      );
      return Buffer.from(rows.map((r) => r.line).join('\n'));
    },
    drop: () => cluster.drop(name),
  };
});
