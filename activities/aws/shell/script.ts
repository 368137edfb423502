import { nativeId } from '../../../model/names.ts';
import type { Json } from '../../../model/finding.ts';
import { command, quote, type CloudScript } from '../../../model/shell.ts';
import type { ClientIdState } from '../kinds/oidc-client-id/state.ts';
import { AWS_PRELUDE } from './prelude.ts';
import { STACK_PRELUDE, stackScript } from '../kinds/stack/shell.ts';
import type { PolicyState, RoleState, Tags } from '../snapshot.ts';
import { ownTags } from '../kinds/restoring.ts';

/** AWS in bash with the AWS CLI: removals and restores as the kinds do them. */
export const awsScript: CloudScript = {
  prelude: () => [...AWS_PRELUDE, ...STACK_PRELUDE],
  enter: (system, manifest) => [command('aws_enter', nativeId(system), (manifest.aws?.assumeRole ?? '').replace(/^\//, ''))],
  kinds: {
    'aws-role': {
      remove(item) {
        const role = item.snapshot as RoleState;
        return removeRole({ ...role, InlinePolicies: Object.keys(role.InlinePolicies) });
      },
      restore(item) {
        const role = item.snapshot as RoleState;
        const named = option('role-name', role.RoleName);
        const description = role.Description === '' ? null : role.Description;
        const same = isSame('Role.[Path,Description,MaxSessionDuration,AssumeRolePolicyDocument]', [
          role.Path,
          description,
          role.MaxSessionDuration,
          role.AssumeRolePolicyDocument,
        ]);
        const input = {
          RoleName: role.RoleName,
          Path: role.Path,
          AssumeRolePolicyDocument: JSON.stringify(role.AssumeRolePolicyDocument),
          ...(description === null ? {} : { Description: description }),
          MaxSessionDuration: role.MaxSessionDuration,
          ...(role.PermissionsBoundary === null ? {} : { PermissionsBoundary: role.PermissionsBoundary }),
          ...tagged(role.Tags),
        };
        return [
          make(same, ['get-role', ...named], ['create-role', ...json(input)]),
          ...role.AttachedPolicies.map((arn) => iam('attach-role-policy', ...named, '--policy-arn', arn)),
          ...Object.entries(role.InlinePolicies).map(([PolicyName, document]) =>
            iam('put-role-policy', ...json({ RoleName: role.RoleName, PolicyName, PolicyDocument: JSON.stringify(document) })),
          ),
          ...role.InstanceProfiles.map((profile) => command('aws_into_instance_profile', profile, role.RoleName)),
        ];
      },
    },

    'aws-policy': {
      remove(item) {
        const policy = item.snapshot as PolicyState;
        const named = ['--policy-arn', policy.Arn];
        const others = policy.Versions.filter((v) => v.VersionId !== policy.DefaultVersionId);
        return [
          command('aws_same', policy.PolicyId, 'aws', 'iam', 'get-policy', ...named, '--query', 'Policy.PolicyId', '--output', 'text'),
          command('aws_unattached', policy.Arn),
          ...others.map((v) => gone('delete-policy-version', ...named, '--version-id', v.VersionId)),
          gone('delete-policy', ...named),
        ];
      },
      restore(item) {
        const policy = item.snapshot as PolicyState;
        const named = ['--policy-arn', policy.Arn];
        const [first, ...later] = policy.Versions;
        const description = policy.Description === '' ? null : policy.Description;
        const input = {
          PolicyName: policy.PolicyName,
          Path: policy.Path,
          PolicyDocument: JSON.stringify(first?.Document),
          ...(description === null ? {} : { Description: description }),
          ...tagged(policy.Tags),
        };
        // A policy that is made anew counts its versions from v1.
        const position = policy.Versions.findIndex((v) => v.VersionId === policy.DefaultVersionId) + 1;
        return [
          make(
            isSame('Policy.[Path,Description]', [policy.Path, description]),
            ['get-policy', ...named],
            ['create-policy', ...json(input)],
          ),
          ...later.map(({ Document }, i) =>
            make(
              isSame('PolicyVersion.Document', Document),
              ['get-policy-version', ...named, '--version-id', `v${i + 2}`],
              ['create-policy-version', ...json({ PolicyArn: policy.Arn, PolicyDocument: JSON.stringify(Document) })],
            ),
          ),
          iam('set-default-policy-version', ...named, '--version-id', `v${position}`),
        ];
      },
    },

    'aws-cloudformation-stack': stackScript,

    'aws-oidc-client-id': {
      remove(item) {
        const state = item.snapshot as ClientIdState;
        const excused = item.override === undefined ? [] : Object.entries(state.TrustedBy).map(([name, id]) => `${name}=${id}`);
        const audience = state.Mode === 'provider' ? '' : state.ClientId;
        const provider = ['--open-id-connect-provider-arn', state.ProviderArn];
        return [
          command('aws_untrusted', state.ProviderArn, audience, ...excused),
          state.Mode === 'provider'
            ? command('aws_remove_last_client_id', state.ProviderArn, state.ClientId)
            : gone('remove-client-id-from-open-id-connect-provider', ...provider, '--client-id', state.ClientId),
        ];
      },
      restore(item) {
        const state = item.snapshot as ClientIdState;
        const provider = ['--open-id-connect-provider-arn', state.ProviderArn];
        const input = {
          Url: `https://${state.Url}`,
          ClientIDList: [state.ClientId],
          ThumbprintList: state.Thumbprints,
          ...tagged(state.Tags),
        };
        const same = isSame('sort(ThumbprintList)', state.Thumbprints);
        return [
          ...(state.Mode === 'provider'
            ? [make(same, ['get-open-id-connect-provider', ...provider], ['create-open-id-connect-provider', ...json(input)])]
            : []),
          command('aws_add_client_id', state.ProviderArn, state.ClientId),
        ];
      },
    },
  },
};

/** What taking a role away needs to know of it: names of policies, and the id that no newcomer of its name has. */
export interface RoleParts {
  RoleName: string;
  RoleId: string;
  AttachedPolicies: string[];
  /** Names. */
  InlinePolicies: string[];
  InstanceProfiles: string[];
}

/** The commands that take a role away with all that hangs on it, unless another role has its name by now. */
export function removeRole(role: RoleParts): string[] {
  const named = option('role-name', role.RoleName);
  return [
    command('aws_same', role.RoleId, 'aws', 'iam', 'get-role', ...named, '--query', 'Role.RoleId', '--output', 'text'),
    ...role.InstanceProfiles.map((p) => gone('remove-role-from-instance-profile', ...option('instance-profile-name', p), ...named)),
    ...role.AttachedPolicies.map((arn) => gone('detach-role-policy', ...named, '--policy-arn', arn)),
    ...role.InlinePolicies.map((p) => gone('delete-role-policy', ...named, ...option('policy-name', p))),
    gone('delete-role', ...named),
  ];
}

function iam(...words: string[]): string {
  return command('aws', 'iam', ...words);
}

function gone(...words: string[]): string {
  return `aws_unless_gone ${iam(...words)}`;
}

function make(query: string, look: string[], words: string[]): string {
  return `aws_make ${quote(query)} ${iam(...look)} -- ${iam(...words)}`;
}

/** A value as an option. Names may begin with a hyphen. */
function option(name: string, value: string): string[] {
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** All of a call as one JSON word: the CLI takes no part of it for a file or an address to load. */
function json(call: object): string[] {
  return ['--cli-input-json', JSON.stringify(call)];
}

/** JMESPath that is true where an expression gives this very value. */
function isSame(expression: string, value: Json): string {
  return `${expression} == \`${JSON.stringify(value).replaceAll('`', '\\`')}\``;
}

function tagged(tags: Tags): { Tags?: { Key: string; Value: string }[] } {
  const own = Object.entries(ownTags(tags)).map(([Key, Value]) => ({ Key, Value }));
  return own.length > 0 ? { Tags: own } : {};
}
