import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Attack } from './by-statement.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Got, Scene } from './scene.ts';

/** The codec server of the Temporal UI opens whatever it is asked to: so by pages in the browser of somebody who has that UI open. */
export const ON_CODEC_SERVER: Attack[] = [
  attack(
    'host',
    'DNS rebinding',
    'a page of evil.example whose name leads to this machine, with the secret',
    { host: 'evil.example' },
    /421/,
  ),
  attack('host', 'DNS rebinding to the right port', 'the same, by its own name and our port', { host: 'evil.example:PORT' }, /421/),
  attack('origin', 'a page of another origin', 'with the secret', { origin: 'https://evil.example' }, /403/),
  attack('origin', 'a sandboxed page', 'with the secret and Origin: null', { origin: 'null' }, /403/),
  attack('origin', 'a page of another port of this machine', 'with the secret', { origin: 'http://127.0.0.1:1' }, /403/),
  attack('secret', 'a program of this machine that was not told the secret', 'by the right name and no path', {}, /401/, '/decode'),
  attack('secret', 'a guessed secret', 'another path', {}, /401/, `/${'A'.repeat(43)}/decode`),
  attack('codecNamespace', 'another namespace', 'X-Namespace changed', { 'x-namespace': 'other' }, /403/),
  attack('contentType', 'a form that a page may send unasked', 'Content-Type: text/plain', { 'content-type': 'text/plain' }, /415/),
];

function attack(by: Mechanism, name: string, tried: string, headers: Record<string, string>, expected: RegExp, path?: string): Attack {
  return {
    name: `codec server: ${name}`,
    tried,
    expected,
    by: [by],
    async act(s) {
      // What is asked for is there to be had: as the UI asks, it is answered.
      const right = await asked(s, {});
      if (!right.startsWith('taken')) throw new Error(`the codec server does not answer the UI: ${right}`);
      return await asked(s, headers, path);
    },
  };
}

/** Asks for the input of the run's start, in the words of the UI but for these headers, and another path where one is given. */
async function asked(s: Scene, headers: Record<string, string>, path?: string): Promise<Got> {
  const url = new URL(`${s.stage.codec ?? ''}/decode`);
  const own = { 'content-type': 'application/json', 'x-namespace': 'default', origin: s.stage.temporalUi ?? '', host: url.host };
  const sent = Object.fromEntries(Object.entries({ ...own, ...headers }).map(([k, v]) => [k, v.replace('PORT', url.port)]));
  const { events } = await s.run.fetchHistory();
  const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const metadata = Object.fromEntries(Object.entries(input?.metadata ?? {}).map(([k, v]) => [k, base64(v)]));
  const body = JSON.stringify({ payloads: [{ metadata, data: base64(input?.data) }] });
  const asking = request({ host: url.hostname, port: url.port, path: path ?? url.pathname, method: 'POST', headers: sent });
  const [response] = (await once(asking.end(body), 'response')) as [IncomingMessage];
  const answer = await text(response);
  const plain = response.statusCode === 200 && Buffer.from((JSON.parse(answer) as Answer).payloads[0]?.data ?? '', 'base64').toString();
  if (plain) return plain.includes(s.starter) ? 'taken: who started it, and the manifest' : 'taken: something';
  return `refused: ${response.statusCode} ${answer}`;
}

interface Answer {
  payloads: { data: string }[];
}
