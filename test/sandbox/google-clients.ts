import { GoogleAuth } from 'google-auth-library';
import { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { vi } from 'vitest';
import type { CloudSandbox } from './cloud-sandbox.ts';

/** Google's own clients with application default credentials. `rootUrl` goes with each call, as the client otherwise drops its path. */
export function googleClients(sandbox: CloudSandbox) {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', sandbox.googleCredentials);
  // Without a project of its own, Google's library would look for one at the cloud's metadata server.
  vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'sandbox');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return {
    auth,
    iam: new iam_v1.Iam({ auth }),
    manager: new cloudresourcemanager_v3.Cloudresourcemanager({ auth }),
    iamRoot: { rootUrl: `${sandbox.origin}/gcp-iam/`, retry: false },
    managerRoot: { rootUrl: `${sandbox.origin}/gcp-crm/`, retry: false },
  };
}
