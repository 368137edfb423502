import { expect, test } from 'vitest';
import { z } from 'zod';
import { pages } from '../../../../activities/gcp/wire/wire.ts';

/** A listing whose pages lead on as told: from the token that asked for it to the next one. */
const listing = (next: Record<string, string>) => {
  const asked: string[] = [];
  const ask = ({ pageToken = 'first' }: { pageToken?: string }) => {
    asked.push(pageToken);
    return Promise.resolve({ data: { roles: [pageToken], nextPageToken: next[pageToken] ?? null } });
  };
  return { asked, all: () => pages('roles', z.string(), ask) };
};

test('pages are read to their end', async () => {
  expect(await listing({ first: 'a', a: 'b' }).all()).toEqual(['first', 'a', 'b']);
});

test('pages that lead back to one that was read are no answer, however long the round', async () => {
  const { asked, all } = listing({ first: 'a', a: 'b', b: 'a' });
  await expect(all()).rejects.toMatchObject({ code: 'PagesGoRound', kind: 'retry' });
  expect(asked).toEqual(['first', 'a', 'b']);
});
