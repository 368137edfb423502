/** What a spreadsheet takes for the beginning of a formula, its full-width twins and leading blanks included. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

/**
 * Rows as CSV (RFC 4180): every field in quotes, lines ended by CRLF. Names come from the clouds, where anybody may have chosen them: what
 * a spreadsheet would compute is preceded by an apostrophe, so that it stays text.
 */
export function csv(rows: (string | number | undefined)[][]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
