import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node scripts/complete-lock.ts`: adds to package-lock.json the platform packages that npm left out when it wrote the file, because the
 * registry it asked carries only some platforms. `npm ci` refuses a lockfile without them. They are written without a hash: their versions are
 * exact all the same. Run it after adding a dependency; it prints how many it added.
 */
interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const SYSTEMS = ['darwin', 'win32', 'linux', 'android', 'freebsd', 'openharmony', 'sunos', 'aix'];
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32'];
const file = join(import.meta.dirname, '..', 'package-lock.json');

function run(): void {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };
  const missing = Object.values(lock.packages).flatMap((parent) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => [`node_modules/${name}`, platformEntry(name, version, parent.dev === true)] as const),
  );
  const all = [...Object.entries(lock.packages), ...missing];
  lock.packages = Object.fromEntries(all.toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.length} platform packages added\n`);
}

/** The platform as its package's name tells it: `@oxlint/binding-linux-x64-musl`. */
function platformEntry(name: string, version: string, dev: boolean): LockEntry {
  const words = name.split(/[-/]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (!/^\d/.test(version) || system === undefined || processor === undefined)
    throw new Error(`${name}@${version} is not an exact platform package`);
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined;
  return {
    version,
    cpu: [processor],
    ...(dev ? { dev } : {}),
    ...(system === 'linux' && libc !== undefined ? { libc: [libc] } : {}),
    optional: true,
    os: [system],
  };
}

run();
