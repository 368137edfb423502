import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pythonEnvironment } from './python-environment.ts';
import { bash, type Ran } from './shell.ts';
import { warmCommand } from './warm/program.ts';

const VERSION = '1.46.3';
const LOADS = ['awscli.clidriver', 'awscli.handlers', 'botocore.endpoint', 'botocore.signers'];

/** Runs bash scripts in which `aws` is the AWS CLI as its maker publishes it, and every AWS service answers at `endpoint`. */
export async function awsShell(endpoint: string): Promise<(script: string) => Promise<Ran>> {
  const home = await pythonEnvironment('awscli', VERSION, (line) => process.stderr.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'aws-shell-'));
  const env = {
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
    HOME: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'independent',
    AWS_SECRET_ACCESS_KEY: 'independent',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  await warmCommand(join(folder, 'aws'), { python: join(home, 'bin', 'python'), module: 'awscli', loads: LOADS }, env);
  return (script) => bash(script, env);
}
