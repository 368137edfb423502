interface Cookie {
  value: string;
  path: string;
}

/** As many as any sign-in takes. */
const MOST_STEPS = 12;

/**
 * Signs in at the sandbox as a person's browser does, by its forms over plain HTTP requests: opens an address, types name and password where they are asked for,
 * and follows on. Resolves to the loopback address that it is sent back to, not yet opened. Throws Error where it gets nowhere, such as with a wrong password.
 */
export async function signInByForms(address: string, username: string, password: string): Promise<string> {
  const jar = new Map<string, Cookie>();
  let at = new URL(address);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: cookiesFor(jar, at.pathname) },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    keep(jar, answer.headers.getSetCookie());
    const location = answer.headers.get('location');
    if (location !== null) {
      at = new URL(location, at);
      form = undefined;
      if (at.protocol === 'http:') return at.href;
      continue;
    }
    const page = await answer.text();
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
    if (!answer.ok || action === undefined || form)
      throw new Error(`the sign-in ended at ${at.pathname} with ${answer.status}: ${textOf(page)}`);
    at = new URL(action, at);
    form = new URLSearchParams({ username, password });
  }
  throw new Error(`the sign-in leads nowhere, and is at ${at.pathname}`);
}

function keep(jar: Map<string, Cookie>, lines: string[]): void {
  for (const line of lines) {
    const [pair = '', ...attributes] = line.split(/; */);
    const path = attributes.find((a) => /^path=/i.test(a))?.slice(5) ?? '/';
    const cut = pair.indexOf('=');
    const [name, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
    if (value === '') jar.delete(`${name} ${path}`);
    else jar.set(`${name} ${path}`, { value: pair, path });
  }
}

function cookiesFor(jar: Map<string, Cookie>, path: string): string {
  return [...jar.values()]
    .filter((c) => path === c.path || path.startsWith(c.path.endsWith('/') ? c.path : `${c.path}/`))
    .map((c) => c.value)
    .join('; ');
}

const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
