import type { SystemType } from '../model/names.ts';
import { AWS_KINDS } from './aws/kinds/index.ts';
import { AZURE_KINDS } from './azure/kinds/index.ts';
import type { AnyCloud } from './cloud.ts';
import { ENTRA_KINDS } from './entra/kinds/index.ts';
import { GCP_KINDS } from './gcp/kinds/index.ts';
import { PORTAL_KINDS } from './portal/kinds/index.ts';

/** A cloud's kinds by themselves: they load none of its SDKs. */
export type CloudKinds = Pick<AnyCloud, 'type' | 'kinds'>;

/** Every kind there is, for whoever judges things without speaking with a cloud. */
export const KINDS: Record<SystemType, CloudKinds> = {
  aws: { type: 'aws', kinds: AWS_KINDS },
  azure: { type: 'azure', kinds: AZURE_KINDS },
  gcp: { type: 'gcp', kinds: GCP_KINDS },
  entra: { type: 'entra', kinds: ENTRA_KINDS },
  portal: { type: 'portal', kinds: PORTAL_KINDS },
};
