import { GoogleAuth, type gaxios } from 'google-auth-library';

/**
 * Application Default Credentials. Google may refuse a token before its time (401); the library then goes on with it until it would have ended. Here a fresh one is
 * fetched and the call made once more; a second 401 is thrown.
 */
export class RenewingAuth extends GoogleAuth {
  override async request<T>(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<T>> {
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
