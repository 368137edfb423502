import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pythonEnvironment } from './python-environment.ts';
import { bash, type Ran } from './shell.ts';
import { warmCommand } from './warm/program.ts';

const VERSION = '2.91.0';
const LOADS = [
  'azure.cli.core.auth.identity',
  'azure.cli.core.commands.arm',
  'azure.cli.core.commands.client_factory',
  'azure.cli.command_modules.profile.custom',
  'azure.cli.command_modules.resource.commands',
  'azure.cli.command_modules.role.commands',
  'azure.cli.command_modules.role.custom',
  'azure.cli.command_modules.util.custom',
  'azure.mgmt.authorization',
];

export interface AzShell {
  run(script: string): Promise<Ran>;
  remove(): void;
}

/**
 * Runs bash scripts in which `az` is the Azure CLI as its maker publishes it, signed in as the worker whose environment this is: it takes
 * that worker's sandbox for a cloud of its own, as it would Azure Stack.
 */
export async function azShell(worker: NodeJS.ProcessEnv): Promise<AzShell> {
  const home = await pythonEnvironment('azure-cli', VERSION, (line) => process.stderr.write(`${line}\n`));
  const place = mkdtempSync(join(tmpdir(), 'az-shell-'));
  const config = join(place, 'config');
  mkdirSync(config);
  const graph = 'https://graph.microsoft.com';
  const cloud = {
    endpoint_active_directory: worker['AZURE_AUTHORITY_HOST'],
    endpoint_active_directory_resource_id: 'https://management.azure.com',
    endpoint_active_directory_graph_resource_id: graph,
    endpoint_microsoft_graph_resource_id: worker['OFFBOARD_GRAPH_ENDPOINT'],
    endpoint_resource_manager: worker['OFFBOARD_ARM_ENDPOINT'],
    endpoint_management: worker['OFFBOARD_ARM_ENDPOINT'],
  };
  const lines = Object.entries(cloud).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(config, 'clouds.config'), ['[sandbox]', ...lines, ''].join('\n'));
  const env = {
    PATH: `${place}${delimiter}${process.env['PATH']}`,
    HOME: place,
    LANG: 'C.UTF-8',
    AZURE_CONFIG_DIR: config,
    AZURE_CLOUD_NAME: 'sandbox',
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_CORE_INSTANCE_DISCOVERY: 'false',
    OFFBOARD_GRAPH_ENDPOINT: worker['OFFBOARD_GRAPH_ENDPOINT'],
    REQUESTS_CA_BUNDLE: worker['NODE_EXTRA_CA_CERTS'],
  };
  await warmCommand(join(place, 'az'), { python: join(home, 'bin', 'python'), module: 'azure.cli', loads: LOADS }, env);
  const signIn = await bash(
    'az login --service-principal -u "$ID" -p "$SECRET" --tenant "$TENANT" --allow-no-subscriptions --output none',
    { ...env, ID: worker['AZURE_CLIENT_ID'], SECRET: worker['AZURE_CLIENT_SECRET'], TENANT: worker['AZURE_TENANT_ID'] },
  );
  if (signIn.code !== 0) throw new Error(`az login: ${signIn.err}`);
  return { run: (script) => bash(script, env), remove: () => rmSync(place, { recursive: true }) };
}
