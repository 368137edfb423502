import type { cloudasset_v1 } from 'googleapis/build/src/apis/cloudasset/v1.js';
import type { Policy } from '../snapshot.ts';
import { pages, type Endpoint } from './wire.ts';

/** Cloud Asset Inventory gives at most this many a page. */
const ASSET_PAGE = 500;

/** One resource's own policy as Cloud Asset Inventory knows it: whole, but minutes old perhaps. */
export interface AssetPolicy {
  /** Full resource name, such as `//cloudresourcemanager.googleapis.com/folders/12`. */
  resource: string;
  policy: Policy;
}

export interface AssetApi {
  /** Every policy of these types of asset below an organisation. */
  searchPolicies(organization: string, assetTypes: string[]): Promise<AssetPolicy[]>;
}

export function assetApi(assets: cloudasset_v1.Cloudasset, at: Endpoint): AssetApi {
  return {
    async searchPolicies(organization, assetTypes) {
      const raw = await pages(async (pageToken) => {
        const { data } = await assets.v1.searchAllIamPolicies({ scope: organization, assetTypes, pageSize: ASSET_PAGE, ...pageToken }, at);
        return { items: data.results, next: data.nextPageToken };
      });
      return raw.map(({ resource, policy }) => ({ resource: resource ?? '', policy: (policy ?? {}) as Policy }));
    },
  };
}
