import type { GoogleAuth } from 'google-auth-library';

export interface OurselvesApi {
  /**
   * What the worker's own credentials are: a service account's mail address, and the pool and provider that they come through
   * (`projects/<number>/locations/global/…`). Empty for a user, who is nothing that could be removed.
   */
  ourselves(): Promise<string[]>;
}

export function ourselvesApi(auth: GoogleAuth): OurselvesApi {
  return {
    async ourselves() {
      const { client_email: email } = await auth.getCredentials();
      const { audience } = (auth.jsonContent ?? {}) as { audience?: string };
      const provider = /^\/\/iam\.googleapis\.com\/((.+\/workloadIdentityPools\/[^/]+)\/providers\/[^/]+)$/.exec(audience ?? '');
      return [email, provider?.[2], provider?.[1]].filter((name) => name !== undefined);
    },
  };
}
