import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

/** The typed search attributes of a run, as the development server registers them. Never encrypted, so they carry no names of objects. */
export const SEARCH_ATTRIBUTES = {
  OffboardTenant: 'Keyword',
  OffboardPhase: 'Keyword',
  OffboardAwaiting: 'Keyword',
} as const;

/** Registers the search attributes where the server allows it. False where it does not: runs work without them. */
export async function registerSearchAttributes({ operatorService }: Connection, namespace: string): Promise<boolean> {
  const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !customAttributes?.[name]);
    if (missing.length > 0)
      await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map((n) => [n, KEYWORD])) });
    return true;
  } catch {
    return false;
  }
}
