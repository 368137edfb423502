import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { expect, test } from 'vitest';
import { connectAzure } from '../../../../activities/azure/wire/clients.ts';

const ARM = 'https://arm.example';
const credential = { getToken: () => Promise.resolve({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const of = (url: string) => ({ url, tokenScope: `${url}/.default` });

/** ARM with these answers, one after the other, the last one for ever. */
function answering(...bodies: object[]) {
  const asked: string[] = [];
  const client: HttpClient = {
    sendRequest: (request) => {
      const body = bodies[Math.min(asked.length, bodies.length - 1)];
      asked.push(request.url);
      const headers = createHttpHeaders({ 'content-type': 'application/json' });
      return Promise.resolve({ request, status: 200, headers, bodyAsText: JSON.stringify(body) });
    },
  };
  return { asked, api: connectAzure(of(ARM), credential, of('https://graph.example'), client) };
}

const link = (page: string) => `${ARM}/providers/Microsoft.Authorization/roleAssignments?$skiptoken=${page}`;
const assignment = { id: '/x', properties: { scope: '/', roleDefinitionId: '/r', principalId: 'p' } };

test('all pages of the role assignments are read', async () => {
  const { api } = answering({ value: [assignment], nextLink: link('2') }, { value: [] });
  expect(await api.listAllAssignments('/')).toMatchObject([{ id: '/x', principalId: 'p' }]);
});

test('pages that lead back to one that was read are no answer', async () => {
  const { asked, api } = answering({ value: [], nextLink: link('2') });
  await expect(api.listAllAssignments('/')).rejects.toMatchObject({ code: 'PagesGoRound', kind: 'retry' });
  expect(asked).toHaveLength(2);
});

test('a page without its value is asked for again, and never an empty list', async () => {
  const { asked, api } = answering({}, {}, { value: [] });
  expect(await api.listAllAssignments('/')).toEqual([]);
  expect(asked).toHaveLength(3);
});
