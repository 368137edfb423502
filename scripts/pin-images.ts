import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * `scripts/pin-images --registry ORIGIN [FILE…]`: asks a container registry what each image's tag stands for, and writes that digest behind the tag. Writes nothing
 * unless all were resolved: a digest that nobody resolved is worth less than a tag.
 */
const FILES = ['docker-compose.yml', 'Dockerfile'];

/** What a tag may stand for: a list of images, one for each machine, or an image. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const IMAGE = /^(?<before>\s*(?:image: |FROM ))(?<name>[a-z0-9][a-z0-9._/-]*):(?<tag>[\w][\w.-]*)(?:@sha256:[0-9a-f]{64})?(?=\s|$)/gm;

interface Image {
  name: string;
  tag: string;
}

/** Pure: the images that a Dockerfile or a compose file names by a tag, each once; what is built here is none. */
export function imagesIn(text: string): Image[] {
  const all = [...text.matchAll(IMAGE)].map(({ groups }) => ({ name: groups?.['name'] ?? '', tag: groups?.['tag'] ?? '' }));
  const remote = all.filter(({ tag }) => tag !== 'local');
  return [...new Map(remote.map((image) => [keyOf(image), image])).values()];
}

/** Pure: the same text with each image's digest behind its tag, in the place of one that is there. */
export function pinned(text: string, digests: ReadonlyMap<string, string>): string {
  return text.replaceAll(IMAGE, (whole: string, before: string, name: string, tag: string) => {
    const digest = digests.get(keyOf({ name, tag }));
    return digest === undefined ? whole : `${before}${name}:${tag}@${digest}`;
  });
}

const keyOf = ({ name, tag }: Image): string => `${name}:${tag}`;

/** What a tag stands for now: hashed here, and compared with what the registry says. Throws where it is not reachable, has no such tag, or contradicts itself. */
export async function digestOf(registry: string, { name, tag }: Image): Promise<string> {
  // What has no owner is the library's.
  const path = name.includes('/') ? name : `library/${name}`;
  const url = new URL(`/v2/${path}/manifests/${tag}`, registry);
  const first = await fetch(url, { headers: { accept: ACCEPT } });
  const response = first.status === 401 ? await fetch(url, { headers: { accept: ACCEPT, authorization: await tokenFor(first) } }) : first;
  if (!response.ok) throw new Error(`${name}:${tag}: the registry answers ${response.status}`);
  const digest = `sha256:${createHash('sha256')
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest('hex')}`;
  const said = response.headers.get('docker-content-digest');
  if (said !== null && said !== digest) throw new Error(`${name}:${tag}: the registry says ${said}, and what it sent is ${digest}`);
  return digest;
}

/** An anonymous token, from where the registry's challenge says. */
async function tokenFor(response: Response): Promise<string> {
  const challenge = response.headers.get('www-authenticate') ?? '';
  const parts = [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const);
  const realm = parts.find(([key]) => key === 'realm')?.[1];
  if (realm === undefined) throw new Error('the registry wants a sign-in of a kind that is not known here');
  const url = new URL(realm);
  for (const [key, value] of parts) if (key !== 'realm') url.searchParams.set(key, value);
  const { token } = (await (await fetch(url)).json()) as { token?: string };
  if (token === undefined) throw new Error('the registry gives no token');
  return `Bearer ${token}`;
}

/** Resolves all first, then writes. Returns what each tag stands for. */
export async function pinFiles(registry: string, files: readonly string[]): Promise<Map<string, string>> {
  const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const digests = new Map<string, string>();
  for (const image of texts.flatMap(({ text }) => imagesIn(text)))
    if (!digests.has(keyOf(image))) digests.set(keyOf(image), await digestOf(registry, image));
  for (const { file, text } of texts) writeFileSync(file, pinned(text, digests));
  return digests;
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { registry: { type: 'string' } }, allowPositionals: true });
  if (values.registry === undefined) throw new Error('--registry is missing; write the origin of the registry, https://HOST');
  const digests = await pinFiles(values.registry, positionals.length > 0 ? positionals : FILES);
  for (const [image, digest] of digests) process.stdout.write(`${image} ${digest}\n`);
}

if (import.meta.main)
  run().catch((error: unknown) => {
    process.stderr.write(`pin-images: ${error instanceof Error ? error.message : String(error)}; nothing was written\n`);
    process.exitCode = 1;
  });
