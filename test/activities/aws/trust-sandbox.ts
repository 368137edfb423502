import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { RunningSandbox } from '../../sandbox/start-sandbox.ts';

/** Sets this process up as a worker of the sandbox: its environment, its authority. */
export function trustSandbox({ environment }: RunningSandbox): void {
  Object.assign(process.env, environment);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(environment['NODE_EXTRA_CA_CERTS'] as string, 'utf8')]);
}
