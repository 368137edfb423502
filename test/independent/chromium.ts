import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPackage } from '../../scripts/debian.ts';

const WITHIN_MS = 120_000;

/** A real browser without a window, driven by its own protocol (Chrome DevTools Protocol). */
export interface Chromium {
  open(address: string): Promise<Page>;
  stop(): Promise<void>;
}

export interface Page {
  /** What an expression is on the page, once it is neither undefined nor false. Throws where it does not become so. */
  until<T>(expression: string): Promise<T>;
  /** A picture of it, PNG. */
  picture(): Promise<Buffer>;
}

/** Starts Chromium; installs Debian's package where there is none. It takes any certificate: the sandbox's authority is its own. */
export async function startChromium(progress: (line: string) => void): Promise<Chromium> {
  const program = await programOf(progress);
  const folder = mkdtempSync(join(tmpdir(), 'offboard-chromium-'));
  const options = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${folder}`,
    '--ignore-certificate-errors',
    '--no-first-run',
  ];
  // Its own sandbox does not take root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...options, ...asRoot, '--disable-gpu', 'about:blank'], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await soon(() => {
      const file = join(folder, 'DevToolsActivePort');
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
    });
    return { open: (address) => opened(`http://127.0.0.1:${port}`, address), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function programOf(progress: (line: string) => void): Promise<string> {
  const there = installed();
  if (there !== undefined) return there;
  await installPackage('chromium', 'Chromium', () => installed() !== undefined, progress);
  const now = installed();
  if (now === undefined) throw new Error('the package chromium is installed, and there is no program of that name on PATH');
  return now;
}

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((f) => join(f, name)))
    .find((file) => existsSync(file));
}

async function opened(origin: string, address: string): Promise<Page> {
  const target = (await (await fetch(`${origin}/json/new?${encodeURIComponent(address)}`, { method: 'PUT' })).json()) as {
    webSocketDebuggerUrl: string;
  };
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((done, failed) => {
    socket.addEventListener('open', done);
    socket.addEventListener('error', failed);
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer & { id?: number };
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  const ask = (method: string, params: object = {}): Promise<Answer> =>
    new Promise((done) => {
      const id = ++last;
      waiting.set(id, done);
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    until: <T>(expression: string) =>
      soon(async () => {
        const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
        return (result?.result?.value || undefined) as T | undefined;
      }, expression),
    picture: async () => Buffer.from((await ask('Page.captureScreenshot')).result?.data ?? '', 'base64'),
  };
}

interface Answer {
  result?: { result?: { value?: unknown }; data?: string };
}

async function soon<T>(look: () => Promise<T | undefined> | T | undefined, what = 'the browser'): Promise<T> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${WITHIN_MS / 1000} s`);
    await sleep(50);
  }
}
