import type { Quota } from '../../limit.ts';

/**
 * By the SDK's name of a service, for each account and region. IAM, CloudFormation, Organizations and Secrets Manager publish no rate that one could go by: there the first
 * refusal tells. Source of STS: IAM user guide, "IAM and AWS STS quotas".
 */
export const QUOTAS: Readonly<Record<string, Quota>> = { STS: { burst: 600, perSecond: 600 } };
