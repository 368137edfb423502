import type { Connection } from '@temporalio/client';
import { counted } from '../../model/counted.ts';
import { messageOf } from '../../model/errors.ts';
import type { ConnectionSettings } from '../../temporal/connect.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.ts';
import type { Check } from '../render/doctor.ts';

const DAY_S = 86_400;

/** What the server and its namespace are like for runs. Changes nothing. */
export async function temporalChecks(connection: Connection, { address, namespace }: ConnectionSettings): Promise<Check[]> {
  const about = 'Temporal';
  return [
    { about, state: 'ok', says: `${address}, namespace ${namespace}` },
    await retention(connection, namespace).catch((error: unknown): Check => {
      return {
        about,
        state: 'less',
        says: `the retention of ${namespace} is not told (${messageOf(error)}): how long a closed run is kept is not known`,
      };
    }),
    await searchAttributes(connection, namespace).catch((error: unknown): Check => {
      return { about, state: 'less', says: `search attributes are not told (${messageOf(error)}); runs work without them` };
    }),
  ];
}

/** An open run is kept for as long as it is open; Temporal forgets a closed one after the retention, and the records keep it. */
async function retention(connection: Connection, namespace: string): Promise<Check> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_S;
  const kept = days > 0 ? counted(Math.round(days * 10) / 10, 'day') : 'an unknown time';
  return { about: 'Temporal', state: 'ok', says: `a closed run is forgotten after ${kept}; the records keep it, and \`report\` tells it` };
}

async function searchAttributes(connection: Connection, namespace: string): Promise<Check> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !customAttributes?.[name]);
  if (missing.length === 0) return { about: 'Temporal', state: 'ok', says: 'search attributes are registered' };
  return {
    about: 'Temporal',
    state: 'less',
    says: `search attributes ${missing.join(', ')} are not registered yet; a start does it where it may, and runs work without them`,
  };
}
