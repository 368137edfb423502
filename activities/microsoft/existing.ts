import { z } from 'zod';
import { normalId } from './ids.ts';
import type { Rest } from './rest.ts';

/** As many as Graph takes in one call. */
const AT_ONCE = 1_000;
const Found = z.object({ value: z.array(z.object({ id: z.guid() })) });

/** Which of these object ids the directory knows, in their normal form. Source: Graph v1.0, directoryObjects: getByIds. */
export async function existingIn(graph: Rest, ids: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { value } = await graph.ask('/directoryObjects/getByIds', Found, { ids: ids.slice(from, from + AT_ONCE) });
    for (const { id } of value) known.add(normalId(id));
  }
  return known;
}
