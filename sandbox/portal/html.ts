import type { SandboxResponse } from '../service.ts';

/** HTML that is safe to send: made only by `html` and `raw`. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** A template whose values are escaped unless they are Html themselves. */
export function html(parts: TemplateStringsArray, ...values: (Html | string | number)[]): Html {
  return new Html(parts.reduce((all, part, i) => all + render(values[i - 1] ?? '') + part));
}

/** Takes text for HTML as it is: only for pieces joined from `html`. */
export function raw(text: string): Html {
  return new Html(text);
}

/** A whole page. No script runs on it, and nothing is loaded from elsewhere. */
export function document(title: string, body: Html, options: { status?: number; refreshSeconds?: number } = {}): SandboxResponse {
  const refresh = options.refreshSeconds ? html`<meta http-equiv="refresh" content="${options.refreshSeconds}" />` : '';
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        ${refresh}
        <title>${title} · sandbox</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header>
          Permissions Management <span>sandbox: nothing here is real</span>
          <nav><a href="/portal">Data Collectors</a><a href="/mail">Mailbox</a></nav>
        </header>
        <main>${body}</main>
      </body>
    </html>`;
  return {
    status: options.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    },
    body: page.text,
  };
}

function render(value: Html | string | number): string {
  if (value instanceof Html) return value.text;
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--accent:#0f6cbd}
body{margin:0;font:15px/1.5 system-ui,sans-serif}
header{display:flex;gap:1rem;align-items:baseline;padding:.7rem 1.5rem;background:var(--accent);color:#fff;font-weight:600}
header span{font-weight:400;opacity:.8;font-size:.85em}nav{margin-left:auto}nav a{color:#fff;margin-left:1rem}
main{max-width:60rem;margin:1.5rem auto;padding:0 1.5rem}
.tabs a{display:inline-block;padding:.4rem 1rem;text-decoration:none;border-bottom:2px solid transparent;color:inherit}
.tabs a.on{border-color:var(--accent);font-weight:600}
table{width:100%;border-collapse:collapse;margin-top:1rem}th,td{text-align:left;padding:.55rem;border-bottom:1px solid var(--line)}
details{position:relative}summary{cursor:pointer;list-style:none;font-size:1.2em}
details a{position:absolute;right:0;padding:.4rem .8rem;background:Canvas;border:1px solid var(--line);border-radius:4px;white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
button{font:inherit;padding:.4rem 1.1rem;border-radius:4px;border:1px solid var(--line);cursor:pointer;margin-right:.5rem}
button.main{background:var(--accent);color:#fff;border-color:var(--accent)}
input{font:inherit;padding:.35rem .6rem;width:8rem;letter-spacing:.2em}form{display:inline-block;margin:.5rem .5rem .5rem 0}
.quiet{opacity:.7}.good{border-left:4px solid #107c10;padding-left:1rem}.bad{border-left:4px solid #c50f1f;padding-left:1rem}
article{border:1px solid var(--line);border-radius:6px;padding:0 1rem;margin:1rem 0}pre{white-space:pre-wrap;font:inherit}
`;
