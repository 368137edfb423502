import type { ResourceKind } from '../kind.ts';
import { awsOidcClientId } from './oidc-client-id/index.ts';
import { awsPolicy } from './policy/index.ts';
import { awsRole } from './role/index.ts';
import { awsSecret } from './secret/index.ts';
import { awsStack } from './stack/index.ts';
import { knowingStacks } from './stack/members.ts';

/** What a stack may hold of ours. */
export const AWS_RESOURCES: readonly ResourceKind[] = [awsRole, awsPolicy, awsOidcClientId, awsSecret];

/** Every kind of thing in an AWS account. */
export const AWS_KINDS = [awsStack(AWS_RESOURCES), ...AWS_RESOURCES.map((kind) => knowingStacks(kind, AWS_RESOURCES))];
