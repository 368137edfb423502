import { alreadyExists, givenDocument, givenTags, live, noSuchEntity, policyArn, required, type IamHandler } from './call.ts';
import { beginGeneration, CREATED } from './ids.ts';
import { defaultIndex, managedPolicy, versionIds, withDefault } from './managed-policies.ts';
import { livePolicy, policyXml } from './policies.ts';
import { AwsError } from './wire.ts';

const MOST_VERSIONS = 5;

/** The calls that make customer policies and their versions. */
export const policyCreation: Record<string, IamHandler> = {
  CreatePolicy(call) {
    const name = required(call, 'PolicyName');
    if (live(call, 'aws-policy').some((p) => p.name.toLowerCase() === name.toLowerCase())) throw alreadyExists(`A policy called ${name}`);
    const { store } = call.context;
    const path = call.parameters.get('Path') ?? '/';
    const arn = policyArn({ account: call.account, path, name });
    const before = store.deleted('aws-policy').find((d) => policyArn(d.object) === arn);
    const description = call.parameters.get('Description');
    const tags = givenTags(call);
    const policy = {
      kind: 'aws-policy' as const,
      ours: before?.object.ours ?? false,
      account: call.account,
      name,
      path,
      ...(description ? { description } : {}),
      tags,
      versions: [givenDocument(call, 'PolicyDocument')],
    };
    if (before) beginGeneration(store, arn);
    store.slot<Record<string, string[]>>('aws-policy-versions', {})[arn] = ['v1'];
    store.put(policy);
    call.parameters.set('PolicyArn', arn);
    return { Policy: policyXml(call, managedPolicy(call)) };
  },
  CreatePolicyVersion(call) {
    const policy = livePolicy(call);
    if (policy.versions.length >= MOST_VERSIONS)
      throw new AwsError(
        409,
        'LimitExceeded',
        `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
      );
    const isDefault = call.parameters.get('SetAsDefault') === 'true';
    const before = defaultIndex(policy);
    const versions = [...policy.versions, givenDocument(call, 'PolicyDocument')];
    const ids = versionIds(call.context.store, policy);
    const id = `v${Math.max(...ids.map((v) => Number(v.slice(1)))) + 1}`;
    ids.push(id);
    call.context.store.put(withDefault({ ...policy, versions }, isDefault ? versions.length - 1 : before));
    return { PolicyVersion: { VersionId: id, IsDefaultVersion: isDefault, CreateDate: CREATED } };
  },
  SetDefaultPolicyVersion(call) {
    const policy = livePolicy(call);
    const index = versionIds(call.context.store, policy).indexOf(required(call, 'VersionId'));
    if (index < 0) throw noSuchEntity(`Policy version ${required(call, 'VersionId')}`);
    call.context.store.put(withDefault(policy, index));
    return undefined;
  },
};
