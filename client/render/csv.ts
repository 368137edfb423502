/** What a spreadsheet takes for the beginning of a formula, its full-width twins and leading blanks included. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

type Field = string | number | undefined;

/**
 * Rows as CSV (RFC 4180): every field in quotes, lines ended by CRLF. Names come from the clouds, where anybody may have chosen them: what
 * a spreadsheet would compute is preceded by an apostrophe, so that it stays text.
 */
export function csv(rows: Field[][]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** The same with a line of column names above; a row need not fill every column. */
export function csvOf<C extends string>(columns: readonly C[], rows: { [column in C]?: Field }[]): string {
  return csv([[...columns], ...rows.map((row) => columns.map((column) => row[column]))]);
}

function field(value: Field): string {
  const text = value === undefined ? '' : String(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
