import type { z } from 'zod';
import { DiscoveryScopeSchema, type DiscoveryScope } from '../../../model/discovery.ts';
import { OffboardError } from '../../../model/errors.ts';
import { isOneOf } from '../../../model/one-of.ts';
import { samePerson } from '../../../model/identity/person.ts';
import { step } from '../../../model/next-step.ts';
import { namedAndLeftOut } from '../../../model/manifest-faults.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import { readText } from '../../../security/files.ts';
import type { People } from '../../render/inventory-manifest.ts';
import { list, optional, several, type Values } from '../../terminal/values.ts';
import { SCOPE_OPTIONS } from './discovery-words.ts';

/** Which option a field of the manifest comes from. */
const OPTION_OF: Record<string, string> = {
  'tenant.id': 'tenant',
  'tenant.cloud': 'cloud',
  'aws.managementAccount': 'aws-management-account',
  'aws.members': 'aws-accounts',
  'aws.assumeRole': 'aws-role',
  'aws.externalId': 'aws-external-id',
  'azure.subscriptions': 'azure-subscriptions',
  'gcp.organization': 'gcp-organization',
  'gcp.projects': 'gcp-projects',
  'successor.since': 'since',
  ...Object.fromEntries(
    ['accounts', 'subscriptions', 'managementGroups', 'folders', 'projects'].map((name) => [`exclude.${name}`, 'exclude']),
  ),
};

/** The scope that options name. Throws OffboardError naming the option and the mend. */
export function scopeOf(values: Values): DiscoveryScope {
  const without = leftOut(values);
  const raw = {
    tenant: { id: optional(values, 'tenant')?.toLowerCase(), cloud: optional(values, 'cloud') },
    ...(without.includes('aws') ? {} : awsOf(values)),
    ...(without.includes('azure') ? {} : azureOf(values)),
    ...(without.includes('gcp') ? {} : gcpOf(values)),
    ...excludeOf(values),
  };
  const parsed = DiscoveryScopeSchema.safeParse(raw);
  if (!parsed.success) throw refusal(parsed.error.issues[0], values);
  const [contradiction] = namedAndLeftOut(parsed.data);
  if (contradiction) throw new OffboardError('InvalidValue', `--exclude: ${contradiction.what}; ${contradiction.mend}`);
  return parsed.data;
}

/** What is left out, by list: `--exclude projects=sys-*`. */
function excludeOf(values: Values): { exclude?: Record<string, string[]> } {
  const said = several(values, 'exclude').map((one) => {
    const [, name, pattern] = /^(\w+)=(.+)$/.exec(one) ?? [];
    if (name !== undefined && pattern !== undefined && isOneOf(EXCLUDED, name)) return { name, pattern: pattern.trim() };
    throw new OffboardError('Usage', `--exclude: ${one} names no list and pattern; write one of ${EXCLUDED.join(', ')}, then =PATTERN`);
  });
  if (said.length === 0) return {};
  const lists = Map.groupBy(said, (s) => s.name);
  return {
    exclude: Object.fromEntries(
      [...lists].map(([name, of]) => [
        name,
        once(
          of.map((s) => s.pattern),
          'exclude',
        ),
      ]),
    ),
  };
}

const EXCLUDED = ['accounts', 'subscriptions', 'managementGroups', 'folders', 'projects'] as const;

/** The clouds to leave out. Throws for an unknown one, and where another option names systems of one. */
function leftOut(values: Values): string[] {
  const clouds = once(list(values, 'without') ?? [], 'without');
  for (const cloud of clouds) {
    if (!['aws', 'azure', 'gcp'].includes(cloud))
      throw new OffboardError('InvalidValue', `--without: ${cloud} is no cloud to leave out; write aws, azure or gcp`);
    const other = Object.keys(SCOPE_OPTIONS).find((name) => name.startsWith(`${cloud}-`) && values[name] !== undefined);
    if (other !== undefined) throw new OffboardError('Usage', `--without: contradicts --${other}; leave one of the two out`);
  }
  return clouds;
}

function awsOf(values: Values): { aws?: object } {
  const sources = ['aws-management-account', 'aws-accounts', 'aws-accounts-file'].filter((name) => values[name] !== undefined);
  const [source, second] = sources;
  const assumeRole = optional(values, 'aws-role');
  const externalId = optional(values, 'aws-external-id');
  if (second !== undefined)
    throw new OffboardError('Usage', `--${second}: says the accounts once more than --${source}; give one of the two`);
  const managementAccount = optional(values, 'aws-management-account');
  const members = source === undefined || managementAccount !== undefined ? 'all' : once(accounts(values), source);
  return { aws: said({ managementAccount, members, assumeRole, externalId }) };
}

function accounts(values: Values): string[] {
  const file = optional(values, 'aws-accounts-file');
  if (file === undefined) return list(values, 'aws-accounts') ?? [];
  const content = readText(file, 'name a text file with one account id a line', `--aws-accounts-file: ${file}`);
  const lines = content.split(/\r?\n/).map((line, i) => ({ account: line.replace(/#.*/, '').trim(), n: i + 1 }));
  const bad = lines.find(({ account }) => account !== '' && !/^\d{12}$/.test(account));
  if (bad)
    throw new OffboardError(
      'InvalidValue',
      `--aws-accounts-file: ${file}:${bad.n}: is not an AWS account id; write its 12 digits, one a line`,
    );
  const named = lines.flatMap(({ account }) => (account === '' ? [] : [account]));
  if (named.length === 0) throw new OffboardError('EmptySelector', `--aws-accounts-file: ${file} names no account; write one a line`);
  return named;
}

function azureOf(values: Values): { azure?: object } {
  const subscriptions = list(values, 'azure-subscriptions');
  if (subscriptions) return { azure: { subscriptions: once(subscriptions, 'azure-subscriptions') } };
  return { azure: { subscriptions: 'all', managementGroups: 'all', root: true } };
}

function gcpOf(values: Values): { gcp?: object } {
  const organization = optional(values, 'gcp-organization');
  const projects = list(values, 'gcp-projects');
  if (projects) return { gcp: said({ organization, projects: once(projects, 'gcp-projects') }) };
  return { gcp: said({ organization, folders: 'all', projects: 'all' }) };
}

/** The people that options name. Throws OffboardError when a successor is half said. */
export function peopleOf(values: Values): People {
  const given = ['successor', 'since', 'attested-by'].map((name) => ({ name, value: optional(values, name) }));
  const approvers = Array.isArray(values['approver']) ? once(values['approver'], 'approver') : [];
  const recipient = optional(values, 'recipient');
  const others = { approvers, ...(recipient === undefined ? {} : { recipient }) };
  if (given.every(({ value }) => value === undefined)) return others;
  const missing = given.find(({ value }) => value === undefined);
  if (missing)
    throw new OffboardError(
      'Usage',
      `--${missing.name} is missing; a successor is said by --successor, --since and --attested-by together`,
    );
  const [vendor = '', since = '', attestedBy = ''] = given.map(({ value }) => value);
  const parsed = ManifestSchema.pick({ successor: true }).safeParse({ successor: { vendor, since, attestedBy } });
  if (!parsed.success) throw new OffboardError('InvalidValue', `--since: ${since} is not a date; write YYYY-MM-DD`);
  return { ...others, successor: { vendor, since, attestedBy } };
}

/** The fields that were given: one that is undefined is not the same as none to the schema's strict objects. */
function said(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function refusal(issue: z.core.$ZodIssue | undefined, values: Values): OffboardError {
  if (!issue) return new OffboardError('InvalidValue', 'the options name no scope; look at them', { next: [step('discover', '--help')] });
  const field = issue.path.slice(0, 2).join('.');
  const option = OPTION_OF[field] ?? field;
  if (option === 'cloud')
    return new OffboardError('InvalidValue', `--cloud: ${String(values['cloud'])} is no cloud; write public, usgov or china`);
  // A list is told by what is wrong with its member, not by what else it could have been.
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find((i) => i.path.length > 0) : undefined;
  const [, , index] = [...issue.path, ...(inner?.path ?? [])];
  const given = optional(values, option);
  const which = typeof index === 'number' ? given?.split(',')[index]?.trim() : given;
  // What is typed needs no quotes for YAML's sake.
  const message = (inner ?? issue).message.replace(/ in quotes$/, '');
  return new OffboardError('InvalidValue', `--${option}: ${which === undefined ? '' : `${which} `}${message}`);
}

function once(names: string[], option: string): string[] {
  const twice = names.find((v, i) => names.findIndex((w) => samePerson(w, v)) !== i);
  if (twice !== undefined) throw new OffboardError('DuplicateSystem', `--${option}: ${twice} is named twice; name it once`);
  return names;
}
