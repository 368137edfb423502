/** One bar: what it is of, and its parts from left to right. */
export interface Bar {
  label: string;
  parts: { name: string; value: number }[];
}

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 70;
const ROW = 30;
const TOP = 44;
const COLOURS = ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#72b7b2', '#b279a2', '#eeca3b', '#9d755d'];

/** Pure: stacked bars as an SVG document, each with its sum at its end; parts of one name have one colour, told below. */
export function barsSvg(title: string, unit: string, bars: readonly Bar[]): string {
  const names = [...new Set(bars.flatMap((b) => b.parts.map((p) => p.name)))];
  const colourOf = (name: string) => COLOURS[names.indexOf(name) % COLOURS.length] ?? '#888';
  const sumOf = ({ parts }: Bar) => parts.reduce((sum, p) => sum + p.value, 0);
  const most = Math.max(...bars.map(sumOf), Number.MIN_VALUE);
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const rows = bars.map((bar, at) => {
    const y = TOP + at * ROW;
    let x = LEFT;
    const rects = bar.parts.map(({ name, value }) => {
      const width = value * scale;
      const rect = `<rect x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="20" fill="${colourOf(name)}"><title>${escaped(`${name}: ${shown(value)} ${unit}`)}</title></rect>`;
      x += width;
      return rect;
    });
    return [text(LEFT - 8, y + 15, bar.label, 'end'), ...rects, text(x + 6, y + 15, shown(sumOf(bar)))].join('');
  });
  const under = TOP + bars.length * ROW + 16;
  const perLine = 4;
  const legend = names.map((name, at) => {
    const x = 10 + (at % perLine) * 185;
    const y = under + Math.floor(at / perLine) * 20;
    return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colourOf(name)}"/>${text(x + 17, y, name)}`;
  });
  const height = under + Math.ceil(names.length / perLine) * 20;
  const head = text(10, 22, `${title} (${unit})`, 'start', 'font-weight="bold"');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    head,
    ...rows,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, words: string, anchor = 'start', more = ''): string {
  return `<text x="${fixed(x)}" y="${y}" text-anchor="${anchor}"${more === '' ? '' : ` ${more}`}>${escaped(words)}</text>`;
}

const fixed = (value: number) => value.toFixed(1);
const shown = (value: number) => (value >= 100 ? String(Math.round(value)) : value.toPrecision(2));
const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
