import { createHash } from 'node:crypto';
import { counted } from '../../model/counted.ts';
import { spell, type NextStep } from '../../model/next-step.ts';
import { visible } from '../../model/visible.ts';

/**
 * The pages of a run: one file each, without scripts, that a browser fetches nothing for, whatever stands in it. For a phone and a wide screen, for light
 * and dark, and for paper.
 */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${esc(title)}</title>
<style>${STYLE}</style>
${body}
</html>
`;
}

/** Text from outside as text. */
export function esc(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A table that stacks its cells on a narrow screen, each under its heading. The headings are our own words. */
export function table(headings: string[], rows: string[][]): string {
  const shown = rows.map((cells) => `<tr>${cells.map((c, n) => `<td data-of="${headings[n] ?? ''}">${esc(c)}`).join('')}</tr>`);
  return `<table><tr>${headings.map((h) => `<th>${h}`).join('')}</tr>${shown.join('')}</table>`;
}

export const terms = (pairs: [string, string][]): string => `<dl>${pairs.map(([k, v]) => `<dt>${esc(k)}<dd>${esc(v)}`).join('')}</dl>`;

/** A command as it is typed: a line ends between two words of it, not at a hyphen that a reader would leave out. */
export const command = (step: NextStep): string => esc(spell(step)).replaceAll(/[^ ]+/g, '<span class="word">$&</span>');

/** What may be typed, a line each. */
export const typed = (next: NextStep[] = []): string => next.map((step) => `<br><code>${esc(spell(step))}</code>`).join('');

/** A hash, whole: it breaks where a narrow screen ends, and is found and copied in one piece. */
export const hashed = (hash: string): string => `<code class="hash">${esc(hash)}</code>`;

/** A heading that says how many. */
export const heading = (text: string, count: number, thing: string): string => `<h2>${esc(text)}: ${counted(count, thing)}</h2>`;

const LIGHT =
  '--ink:#1b1b1f;--soft:#55555e;--line:#d8d8de;--head:#f4f4f7;--paper:#fff;--bad:#b3261e;--on-bad:#fbeeee;--good:#1a7f37;--on-good:#eefaf0;--warn:#8a5300;--on-warn:#fff6e5;--calm:#1d5fa8;';
const DARK =
  '--ink:#e6e6ea;--soft:#a7a7b2;--line:#3a3a42;--head:#26262c;--paper:#17171b;--bad:#ff8a80;--on-bad:#3a1c1a;--good:#6fd08c;--on-good:#16301d;--warn:#f0b95a;--on-warn:#352812;--calm:#8ebdf5;';

const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .3rem}
code,pre{font:.87em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre{white-space:pre-wrap;background:var(--head);border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;margin:.5rem 0}
.word{display:inline-block;max-width:100%}
a{color:var(--calm)}ul{padding-left:1.2rem;margin:.4rem 0}
table{border-collapse:collapse;width:100%;table-layout:fixed}
td,th{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:var(--head)}th:first-child:nth-last-child(n+3){width:min(13rem,25%)}
dl{display:grid;grid-template-columns:minmax(6.5rem,11rem) minmax(0,1fr);gap:.25rem .6rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0}
.status,.note{padding:.6rem .9rem;border-left:5px solid var(--bad);background:var(--on-bad);margin:.6rem 0}
.status.completed,.status.approved{border-color:var(--good);background:var(--on-good)}
.status.waits,.note.plain{border-color:var(--warn);background:var(--on-warn)}
.hash{font-size:1em}
article{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:4px;padding:.45rem .7rem;margin:.45rem 0;break-inside:avoid}
article p{margin:.15rem 0}article .id,.soft{color:var(--soft)}
article.takeover{border-left-color:var(--bad)}article.write{border-left-color:var(--warn)}article.read{border-left-color:var(--calm)}
.mark{font-size:.8em;font-weight:600;border:1px solid;border-radius:3px;padding:0 .35em;white-space:nowrap}
.mark.takeover,.held{color:var(--bad)}.mark.write{color:var(--warn)}.mark.read{color:var(--calm)}.mark.none{color:var(--soft)}
.held{font-weight:600}
@media (max-width:40rem){body{margin:1rem auto}dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:.45rem}
table,tbody,tr,td{display:block}tr{border-bottom:1px solid var(--line);padding:.3rem 0}th{display:none}td{border:0;padding:.1rem 0}
td:not(:empty)::before{content:attr(data-of) ' ';color:var(--soft);font-size:.85em}}
@media print{:root{color-scheme:light;${LIGHT}}body{margin:0;max-width:none;font-size:10pt}h2,h3{break-after:avoid}tr,pre,li:not(:has(ul)),.note,.status{break-inside:avoid}
.status,.note,th,pre,.mark{print-color-adjust:exact}a{color:inherit;text-decoration:none}}`;

/** The browser is told to fetch nothing, run nothing, send nothing; the style is this one and no other. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
