import { cloudasset_v1 } from 'googleapis/build/src/apis/cloudasset/v1.js';
import { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { policyanalyzer_v1 } from 'googleapis/build/src/apis/policyanalyzer/v1.js';
import { answerWithinMs } from '../../answer-within.ts';
import { transportOfAnswers } from './answers.ts';
import { accountApi, activityApi } from './accounts.ts';
import { AskingAuth } from './auth.ts';
import { assetApi, policyApi } from './policies.ts';
import { poolApi } from './pools.ts';
import { roleApi } from './roles.ts';
import { treeApi } from './tree.ts';
import { rootUrl, type ClientOptions } from './wire.ts';

/** Every call the product makes to Google. Names are full resource names with the project's id; errors are the SDK's. */
export type GcpApi = ReturnType<typeof connectGoogle>;

/**
 * Google's APIs with Application Default Credentials. OFFBOARD_GCP_IAM_ENDPOINT, OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT,
 * OFFBOARD_GCP_POLICY_ANALYZER_ENDPOINT and OFFBOARD_GCP_CLOUD_ASSET_ENDPOINT name other endpoints than Google's own. The SDK's retries
 * are off: AskingAuth asks again, and the engine tries a change again, and says so in its journal. `settle`: the manifest's `waits.settle`, in ms.
 */
export function connectGoogle(settle: number, env: NodeJS.ProcessEnv = process.env) {
  const timeout = answerWithinMs(env);
  const auth = new AskingAuth({
    scopes: 'https://www.googleapis.com/auth/cloud-platform',
    clientOptions: { transporter: transportOfAnswers(timeout) },
  });
  const options: ClientOptions = { auth, timeout, retry: false };
  const iam = new iam_v1.Iam(options);
  const manager = new cloudresourcemanager_v3.Cloudresourcemanager(options);
  const iamAt = rootUrl(env['OFFBOARD_GCP_IAM_ENDPOINT']);
  const managerAt = rootUrl(env['OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT']);
  const { unlessNone, ...accounts } = accountApi(iam, iamAt, settle);
  return {
    ...policyApi(iam, iamAt, manager, managerAt, unlessNone),
    ...poolApi(iam, iamAt),
    ...accounts,
    ...roleApi(iam, iamAt),
    ...treeApi(manager, managerAt),
    ...activityApi(new policyanalyzer_v1.Policyanalyzer(options), rootUrl(env['OFFBOARD_GCP_POLICY_ANALYZER_ENDPOINT'])),
    ...assetApi(new cloudasset_v1.Cloudasset(options), rootUrl(env['OFFBOARD_GCP_CLOUD_ASSET_ENDPOINT'])),
    /**
     * What the worker's own credentials are: a service account's mail address, and the pool and provider that they come through
     * (`projects/<number>/locations/global/…`). Empty for a user, who is nothing that could be removed.
     */
    async ourselves(): Promise<string[]> {
      const { client_email: email } = await auth.getCredentials();
      const { audience } = (auth.jsonContent ?? {}) as { audience?: string };
      const provider = /^\/\/iam\.googleapis\.com\/((.+\/workloadIdentityPools\/[^/]+)\/providers\/[^/]+)$/.exec(audience ?? '');
      return [email, provider?.[2], provider?.[1]].filter((name) => name !== undefined);
    },
  };
}
