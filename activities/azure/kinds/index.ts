import { roleAssignment } from './role-assignment/index.ts';

/** Every kind of thing in Azure. */
export const AZURE_KINDS = [roleAssignment];
