import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pythonEnvironment } from './python-environment.ts';
import { bash, type Ran } from './shell.ts';

const VERSION = '1.46.3';

/** Runs bash scripts in which `aws` is the AWS CLI as its maker publishes it, and every AWS service answers at `endpoint`. */
export async function awsShell(endpoint: string): Promise<(script: string) => Promise<Ran>> {
  const home = await pythonEnvironment('awscli', VERSION, (line) => process.stderr.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'aws-shell-'));
  const aws = join(folder, 'aws');
  writeFileSync(aws, `#!/bin/sh\nexec ${join(home, 'bin', 'python')} -m awscli "$@"\n`);
  chmodSync(aws, 0o755);
  const env = {
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
    HOME: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'independent',
    AWS_SECRET_ACCESS_KEY: 'independent',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  return (script) => bash(script, env);
}
