import type { policyanalyzer_v1 } from 'googleapis/build/src/apis/policyanalyzer/v1.js';
import { lastSegment } from '../snapshot.ts';
import { pages, type Endpoint } from './wire.ts';

const ACTIVITY_PAGE = 1000;

export interface ActivityApi {
  /** When each service account of a project last authenticated, by mail address; Policy Analyzer tells days, some hours late. */
  lastAuthentications(projectId: string): Promise<Map<string, Date>>;
}

interface Activity {
  lastAuthenticatedTime?: string;
  serviceAccount?: { fullResourceName?: string };
}

export function activityApi(analyzer: policyanalyzer_v1.Policyanalyzer, at: Endpoint): ActivityApi {
  return {
    async lastAuthentications(projectId) {
      const parent = `projects/${projectId}/locations/global/activityTypes/serviceAccountLastAuthentication`;
      const raw = await pages(async (pageToken) => {
        const { activities } = analyzer.projects.locations.activityTypes;
        const { data } = await activities.query({ parent, pageSize: ACTIVITY_PAGE, ...pageToken }, at);
        return { items: data.activities, next: data.nextPageToken };
      });
      return new Map(
        raw.flatMap(({ fullResourceName, activity }) => {
          const { lastAuthenticatedTime, serviceAccount } = (activity ?? {}) as Activity;
          const name = serviceAccount?.fullResourceName ?? fullResourceName;
          return name && lastAuthenticatedTime ? [[lastSegment(name), new Date(lastAuthenticatedTime)] as const] : [];
        }),
      );
    },
  };
}
