import type { Command } from '../../terminal/command.ts';

export const SCOPE_OPTIONS: Command['options'] = {
  tenant: { type: 'string', needed: true, value: 'ID', help: 'the Entra tenant, a GUID' },
  cloud: { type: 'string', value: 'NAME', help: 'public (default), usgov or china' },
  'aws-management-account': {
    type: 'string',
    value: 'ID',
    help: "every account of the organisation that this account manages; without it that of the worker's account",
  },
  'aws-accounts': { type: 'string', value: 'ID,ID', help: 'these accounts instead' },
  'aws-accounts-file': { type: 'string', value: 'FILE', help: 'the accounts of a file instead, one a line; # begins a comment' },
  'aws-role': {
    type: 'string',
    value: 'NAME',
    help: "the role the worker assumes in each account; else the worker's OFFBOARD_AWS_ROLE, else OrganizationAccountAccessRole",
  },
  'aws-external-id': { type: 'string', value: 'ID', help: 'what the trust of that role demands as sts:ExternalId' },
  'gcp-organization': {
    type: 'string',
    value: 'NUMBER',
    help: 'the organisation, with every folder and project below it; without it the one the worker can see',
  },
  'gcp-projects': { type: 'string', value: 'ID,ID', help: 'these projects, instead of all below the organisation' },
  'azure-subscriptions': { type: 'string', value: 'ID,ID', help: 'these subscriptions, instead of all, management groups and /' },
  exclude: {
    type: 'string',
    multiple: true,
    value: 'LIST=PATTERN',
    help: "what of all this is left out, as under the manifest's exclude: projects=sys-*; may be said again. Nothing is read there",
  },
  without: { type: 'string', value: 'CLOUD,CLOUD', help: 'clouds to leave out: aws, azure, gcp' },
};

export const PEOPLE_OPTIONS: Command['options'] = {
  successor: { type: 'string', value: 'VENDOR', help: 'for the manifest: who took over; with --since and --attested-by' },
  since: { type: 'string', value: 'DATE', help: 'since when, YYYY-MM-DD' },
  'attested-by': { type: 'string', value: 'NAME', help: 'who says so' },
  approver: { type: 'string', multiple: true, value: 'NAME', help: 'for the manifest: who may approve; may be said again' },
  recipient: { type: 'string', value: 'NAME', help: 'for the manifest: who gets the one-time passwords' },
};
