import fc from 'fast-check';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../client/cli.ts';
import { csv } from '../../client/render/csv.ts';
import { code, plain, sentence } from '../../model/markdown.ts';
import { quote } from '../../model/quote.ts';
import { comment } from '../../model/shell.ts';
import { isVisible, visible, visibleLines } from '../../model/visible.ts';
import { describe as details } from '../../workflows/details.ts';
import { evidenceOf } from '../../activities/evidence/evidence.ts';
import { evidencePage } from '../../activities/evidence/page.ts';
import type { RunView } from '../../model/messages/status.ts';

/** Text as anybody may name a thing or himself: any Unicode, with what does harm somewhere strewn in. */
const HARM = [
  '\u001b[2J', '\u001b]8;;https://evil.example\u0007', '\u202e', '\u2066', '\u200b', '\u2028', '\r\n', '\n', '\t', '\u0000', '\u009b31m', '\u{e0061}', '\ud800', '\u3164',
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '&lt;', '[read](https://evil.example)', '![x](https://evil.example/x.png)', 'https://evil.example', 'WWW.evil.example',
  '**bold**', '`', '``', '| a | b |', '\n# heading', '_it_', '~~no~~', '$(reboot)', '`reboot`', "'; reboot #", '"', '\\', '=1+1', '+1', '@SUM(A1)', '＝1',
]; // prettier-ignore
const named = fc
  .array(fc.oneof(fc.constantFrom(...HARM), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.join(''));

test('text that is shown holds nothing that is not seen, and text without any stays as it is', () => {
  fc.assert(fc.property(named, (text) => isVisible(visible(text)) && visible(visible(text)) === visible(text)));
  expect(visible('Zoë Müller, 東京, 🏭 ops')).toBe('Zoë Müller, 東京, 🏭 ops');
  expect(visible('a\u202eb\u001b[2J\n\u{e0061}')).toBe('a\\u202eb\\u001b[2J\\u000a\\udb40\\udc61');
});

test('what the CLI writes has no character that is not seen but its own line breaks and tabulators', async () => {
  await fc.assert(
    fc.asyncProperty(
      named.filter((n) => n !== '' && !n.startsWith('-')),
      async (name) => {
        let written = '';
        const write = (text: string) => void (written += text);
        await main([name, '--json'], {
          out: write,
          err: write,
          env: {},
          stdin: Readable.from([]),
          interactive: false,
          program: 'offboard',
        });
        expect(isVisible(written.replaceAll(/[\n\t]|\r\n/g, ''))).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('JSON on the terminal is the same JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(named, named), (value) => {
      const text = visibleLines(JSON.stringify(value, undefined, 2));
      expect(JSON.parse(text)).toEqual(value);
      expect(isVisible(text.replaceAll('\n', ''))).toBe(true);
    }),
  );
});

/** Markdown without what a backslash takes its meaning from. */
const bare = (markdown: string) => markdown.replaceAll(/\\./gu, '');

/** Markdown without escaped characters and without spans of code, as CommonMark finds them: a run of backticks is closed by one as long. */
const withoutCode = (markdown: string) => markdown.replaceAll(/\\.|(?<!`)(`+)(?!`)(?:[^`]|(?!(?<!`)\1(?!`))`)*(?<!`)\1(?!`)/gu, '');

test('in the Temporal UI a name is text: no link, no image, no code, no HTML, no table, no line of its own', () => {
  fc.assert(
    fc.property(named, (text) => {
      expect(bare(plain(text))).not.toMatch(/[`*_[\]<>|~&\n]|:\/\/|www\./i);
      // In a sentence a backtick that is closed may make code, and nothing else.
      expect(withoutCode(sentence(text))).not.toMatch(/[`*_[\]<>|~&\n]|:\/\/|www\./i);
      if (text === '') return;
      const fence = /^`+/.exec(code(text))?.[0] ?? '';
      const inside = code(text).slice(fence.length, -fence.length);
      expect(inside.split(/[^`]+/)).not.toContain(fence);
      expect(inside).not.toMatch(/^`|`$|\n/);
    }),
  );
});

test('the details of a run have as many lines whatever names are in them', () => {
  const view = (name: string): RunView =>
    ({
      stage: 'permissions', paused: false, first: [name], ended: { reason: name }, status: 'failed', planned: [], counts: [], lastRefusal: name,
      awaiting: [{ kind: 'worker', what: name, where: name, mend: name, whom: name, next: [{ command: 'status', args: [name] }] }],
      unresolved: [{ item: name, outcome: 'blocked', code: name, reason: name }],
    }) as unknown as RunView; // prettier-ignore
  const lines = (name: string) => details(view(name || 'x')).split('\n').length;
  fc.assert(fc.property(named, (name) => lines(name) === lines('x')));
});

test('in the page of the evidence a name is text', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const page = (name: string) =>
    evidencePage(
      evidenceOf('run', [
        { seq: 1, previous: '0', at, record: { type: 'run-started', workflowId: name, startedBy: name, manifestHash: '', tenantId: name } },
        { seq: 2, previous: '0', at, record: { type: 'preconditions', failures: [{ reason: name, next: [{ command: 'start', args: [name] }] }] } },
        { seq: 3, previous: '0', at, record: { type: 'decision', decision: { kind: 'pause', by: name } } },
        { seq: 4, previous: '0', at, record: { type: 'run-ended', status: 'failed', reason: name } },
      ], []),
    ); // prettier-ignore
  const tags = (html: string) => html.match(/<[^>]*>/g);
  fc.assert(
    fc.property(
      named.map((name) => name.toWellFormed()),
      (name) => {
        expect(tags(page(name))).toEqual(tags(page('x')));
        expect(isVisible(page(name).replaceAll('\n', ''))).toBe(true);
      },
    ),
  );
});

test('in a script a name is one word, or a comment of one line, and is seen; the word is the name to the byte', () => {
  fc.assert(
    fc.property(
      named.filter((n) => !n.includes('\0')),
      (name) => {
        expect(isVisible(comment(name))).toBe(true);
        const word = quote(name);
        expect(isVisible(word)).toBe(true);
        expect(unquoted(word)).toEqual(Buffer.from(name));
      },
    ),
  );
});

/** As bash reads one word: bare, in '…' with \' between, or in $'…' of bytes in hex; undefined for what is no single word of these. */
function unquoted(word: string): Buffer | undefined {
  const [, bytes] = /^\$'((?:[\w@%+=:,./ -]|\\x[0-9a-f]{2})*)'$/.exec(word) ?? [];
  if (bytes !== undefined)
    return Buffer.from(
      bytes.replaceAll(/\\x(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      'latin1',
    );
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return Buffer.from(word);
  const [, quoted] = /^'((?:[^']|'\\'')*)'$/.exec(word) ?? [];
  return quoted === undefined ? undefined : Buffer.from(quoted.replaceAll("'\\''", "'"));
}

test('a spreadsheet computes no name', () => {
  fc.assert(
    fc.property(named, (name) => {
      const field = csv([[name]])
        .slice(1, -3)
        .replaceAll('""', '"');
      expect(field).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      expect(field.replace(/^'/, '')).toBe(name.replace(/^'/, ''));
    }),
  );
});
