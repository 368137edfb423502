import { alreadyExists, givenDocument, givenTags, live, noSuchEntity, policyArn, required, roleArn, type IamHandler } from './call.ts';
import { beginGeneration } from './ids.ts';
import { emptyProfiles, liveRole } from './role-changes.ts';
import { roleXml } from './roles.ts';
import { writeTrust } from './trust.ts';
import { AwsError } from './wire.ts';

/** The calls that make a role and hang things on it. A role made anew is as much ours, or not, as the one it follows. */
export const roleCreation: Record<string, IamHandler> = {
  CreateRole(call) {
    const name = required(call, 'RoleName');
    // IAM tells names apart without regard to case or path.
    if (live(call, 'aws-role').some((r) => r.name.toLowerCase() === name.toLowerCase())) throw alreadyExists(`Role with name ${name}`);
    const { store } = call.context;
    const path = call.parameters.get('Path') ?? '/';
    const arn = roleArn({ account: call.account, path, name });
    const before = store.deleted('aws-role').find((d) => roleArn(d.object) === arn);
    const trust = givenDocument(call, 'AssumeRolePolicyDocument');
    const description = call.parameters.get('Description');
    const permissionsBoundary = call.parameters.get('PermissionsBoundary');
    const tags = givenTags(call);
    writeTrust(call, arn, trust);
    if (before) beginGeneration(store, arn);
    const role = {
      kind: 'aws-role' as const,
      ours: before?.object.ours ?? false,
      account: call.account,
      name,
      path,
      ...(description ? { description } : {}),
      trust,
      maxSessionDuration: Number(call.parameters.get('MaxSessionDuration') ?? 3600),
      ...(permissionsBoundary ? { permissionsBoundary } : {}),
      tags,
      attached: [],
      inline: {},
      instanceProfiles: [],
    };
    store.put(role);
    return { Role: roleXml(call, role) };
  },
  UpdateAssumeRolePolicy(call) {
    const role = liveRole(call);
    const trust = givenDocument(call, 'PolicyDocument');
    writeTrust(call, roleArn(role), trust);
    call.context.store.put({ ...role, trust });
    return undefined;
  },
  AttachRolePolicy(call) {
    const role = liveRole(call);
    const arn = required(call, 'PolicyArn');
    const exists = arn.startsWith('arn:aws:iam::aws:policy/') || live(call, 'aws-policy').some((p) => policyArn(p) === arn);
    if (!exists) throw noSuchEntity(`Policy ${arn}`);
    if (!role.attached.includes(arn)) call.context.store.put({ ...role, attached: [...role.attached, arn] });
    return undefined;
  },
  PutRolePolicy(call) {
    const role = liveRole(call);
    const inline = { ...role.inline, [required(call, 'PolicyName')]: givenDocument(call, 'PolicyDocument') };
    call.context.store.put({ ...role, inline });
    return undefined;
  },
  AddRoleToInstanceProfile(call) {
    const role = liveRole(call);
    const name = required(call, 'InstanceProfileName');
    if (live(call, 'aws-role').some((r) => r.instanceProfiles.includes(name)))
      throw new AwsError(409, 'LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
    if (!emptyProfiles(call).includes(`${call.account}/${name}`)) throw noSuchEntity(`Instance Profile ${name}`);
    call.context.store.put({ ...role, instanceProfiles: [...role.instanceProfiles, name] });
    return undefined;
  },
};
