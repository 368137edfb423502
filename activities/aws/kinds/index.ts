import { awsOidcClientId } from './oidc-client-id/index.ts';
import { awsPolicy } from './policy/index.ts';
import { awsRole } from './role/index.ts';
import { awsStack } from './stack/index.ts';
import { knowingStacks } from './stack/members.ts';

/** What a stack may hold of ours. */
const RESOURCES = [awsRole, awsPolicy, awsOidcClientId];

/** Every kind of thing in an AWS account. */
export const AWS_KINDS = [awsStack(RESOURCES), ...RESOURCES.map((kind) => knowingStacks(kind, RESOURCES))];
