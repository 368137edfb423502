import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Never encrypted: the tenant, the phase, and what is awaited, never of whom. */
export const tenantAttribute = defineSearchAttributeKey('OffboardTenant', SearchAttributeType.KEYWORD);
export const phaseAttribute = defineSearchAttributeKey('OffboardPhase', SearchAttributeType.KEYWORD);
export const awaitingAttribute = defineSearchAttributeKey('OffboardAwaiting', SearchAttributeType.KEYWORD);
