import { GoogleAuth, type gaxios } from 'google-auth-library';
import type { FailureClass } from '../../../model/errors.ts';
import { askAgain } from '../../ask-again.ts';
import { limited } from '../../limited.ts';
import { classifyGcp, throttledOf } from './classify.ts';
import { countedOf } from './quotas.ts';

/** Custom methods that only ask, though they are sent by POST. */
const ASKING = /:(?:getIamPolicy|testIamPermissions)$/;

/**
 * Application Default Credentials, and the one way of every call to Google. Google may refuse a token before its time (401); the library then goes on with it until it
 * would have ended. Here a fresh one is fetched and the call made once more; a second 401 of a change is thrown. What only asks is asked again where the moment was bad.
 */
export class AskingAuth extends GoogleAuth {
  override async request<T>(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<T>> {
    const question = isQuestion(options);
    const call = () => limited(countedOf(String(options.url), question), throttledOf, () => this.#call<T>(options));
    return question ? await askAgain(passing, call) : await call();
  }

  override async getClient() {
    const client = await super.getClient();
    // The library makes a transport of its own for the exchange of tokens, which would take a proxy's page for a token.
    const { stsCredential } = client as { stsCredential?: { transporter: gaxios.Gaxios } };
    if (stsCredential) stsCredential.transporter = client.transporter;
    return client;
  }

  async #call<T>(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<T>> {
    try {
      return await super.request<T>(options);
    } catch (error) {
      if ((error as { response?: { status?: number } }).response?.status !== 401) throw error;
    }
    const client = await this.getClient();
    const { refresh_token } = client.credentials;
    client.setCredentials({ ...(refresh_token ? { refresh_token } : {}), expiry_date: 1 });
    return await super.request<T>(options);
  }
}

/** A second 401 may come in the same bad moment; one that stays is told. */
function passing(error: unknown): FailureClass {
  const failure = classifyGcp(error);
  return failure.code === 'Unauthenticated' ? { ...failure, kind: 'retry' } : failure;
}

function isQuestion({ method = 'GET', url = '' }: gaxios.GaxiosOptions): boolean {
  return method === 'GET' || (method === 'POST' && ASKING.test(new URL(url).pathname));
}
