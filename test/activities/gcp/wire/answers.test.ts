import { expect, test } from 'vitest';
import { transportOfAnswers } from '../../../../activities/gcp/wire/answers.ts';
import { classifyGcp } from '../../../../activities/gcp/wire/classify.ts';
import { pageServer } from '../../../harness/page-server.ts';

async function answered(type: string, body: string, status = 200): Promise<unknown> {
  const server = await pageServer(type, body, status);
  try {
    return (await transportOfAnswers(5_000).request({ url: server.url })).data;
  } catch (error) {
    return classifyGcp(error);
  } finally {
    await server.close();
  }
}

test.each([
  ['text/html', '<!doctype html><html><title>Sign in</title></html>'],
  ['application/json', '<html></html>'],
  ['application/json', ''],
  ['text/plain', '{}'],
])('with status 200 this is no answer of Google’s, and is asked for again: %s %j', async (type, body) => {
  expect(await answered(type, body)).toMatchObject({ kind: 'retry' });
});

test('an empty object is Google’s empty list, and 204 needs no body', async () => {
  expect(await answered('application/json; charset=UTF-8', '{}')).toEqual({});
  expect(await answered('', '', 204)).not.toMatchObject({ kind: 'retry' });
});
