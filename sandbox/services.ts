import { cloudFormationService } from './aws/cloudformation.ts';
import { iamService } from './aws/iam.ts';
import { organizationsService } from './aws/organizations.ts';
import { secretsManagerService } from './aws/secrets-manager.ts';
import { stsService } from './aws/sts.ts';
import { armService } from './azure/arm.ts';
import { entraService } from './entra/token-endpoint.ts';
import { gcpAssetInventoryService } from './gcp/asset-inventory.ts';
import { gcpIamService } from './gcp/iam.ts';
import { gcpPolicyAnalyzerService } from './gcp/policy-analyzer.ts';
import { gcpResourceManagerService } from './gcp/resource-manager.ts';
import { graphService } from './graph/graph.ts';
import { mailService } from './portal/mail.ts';
import { portalService } from './portal/portal.ts';
import type { SandboxService } from './service.ts';

/** Every cloud the sandbox plays. Adding one is adding a line. */
export const SERVICES: SandboxService[] = [
  stsService,
  iamService,
  organizationsService,
  cloudFormationService,
  secretsManagerService,
  armService,
  graphService,
  gcpIamService,
  gcpResourceManagerService,
  gcpAssetInventoryService,
  gcpPolicyAnalyzerService,
  portalService,
  mailService,
  entraService,
];
