import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import type { policyanalyzer_v1 } from 'googleapis/build/src/apis/policyanalyzer/v1.js';
import { isThere } from '../../answer.ts';
import { lastSegment, type ServiceAccount } from '../snapshot.ts';
import { unlessAbsent } from './absence.ts';
import { isGone } from './classify.ts';
import { PAGE, pages, withProjectId, type Endpoint } from './wire.ts';

/**
 * Service accounts, named `projects/<id>/serviceAccounts/<mail address or unique id>`. What is not there is undefined when read, and done when
 * disabled or deleted. `settle`: after how many ms a list is looked at again before an account counts as gone.
 */
export function accountApi(iam: iam_v1.Iam, iamAt: Endpoint, settle: number) {
  const { serviceAccounts: accounts } = iam.projects;
  const listServiceAccounts = async (projectId: string): Promise<ServiceAccount[]> => {
    const name = `projects/${projectId}`;
    return (await pages('accounts', (token) => accounts.list({ name, pageSize: PAGE, ...token }, iamAt))).map(account);
  };
  const unlessNone = unlessAbsent(listServiceAccounts, settle);
  return {
    listServiceAccounts,
    unlessNone,
    getServiceAccount: (name: string): Promise<ServiceAccount | undefined> =>
      unlessNone(name, async () => account((await accounts.get({ name }, iamAt)).data)),
    /** Ids of the keys that people made of an account and that are not over, disabled ones included. Google's own are not among them. */
    async listKeys(name: string): Promise<string[]> {
      const answer = await unlessNone(name, () => accounts.keys.list({ name, keyTypes: ['USER_MANAGED'] }, iamAt));
      const isOver = (at: string | null | undefined) => at !== undefined && at !== null && Date.parse(at) < Date.now();
      const keys = (answer?.data.keys ?? []).filter((k) => !isOver(k.validBeforeTime));
      return keys.map((k) => lastSegment(k.name ?? '')).toSorted();
    },
    async disableServiceAccount(name: string): Promise<void> {
      await unlessNone(name, () => accounts.disable({ name }, iamAt));
    },
    async enableServiceAccount(name: string): Promise<void> {
      await accounts.enable({ name }, iamAt);
    },
    async deleteServiceAccount(name: string): Promise<void> {
      await unlessNone(name, () => accounts.delete({ name }, iamAt));
    },
    /** Of everything but its unique id, which Google chooses. Enabled. */
    async createServiceAccount({ name, email, displayName, description }: Omit<ServiceAccount, 'uniqueId'>): Promise<void> {
      const [project = ''] = name.split('/serviceAccounts/');
      const accountId = email.split('@')[0] ?? '';
      await accounts.create({ name: project, requestBody: { accountId, serviceAccount: { displayName, description } } }, iamAt);
    },
    /** By unique id only, within 30 days of the deletion; false where no deleted account has it. */
    undeleteServiceAccount: (name: string) => isThere(isGone, () => accounts.undelete({ name }, iamAt)),
  };
}

function account(raw: iam_v1.Schema$ServiceAccount): ServiceAccount {
  return {
    name: withProjectId(raw.name, raw.projectId ?? ''),
    email: raw.email ?? '',
    uniqueId: raw.uniqueId ?? '',
    displayName: raw.displayName ?? '',
    description: raw.description ?? '',
    disabled: raw.disabled ?? false,
  };
}

interface Activity {
  lastAuthenticatedTime?: string;
  serviceAccount?: { fullResourceName?: string };
}

/** When accounts were used. */
export function activityApi(analyzer: policyanalyzer_v1.Policyanalyzer, at: Endpoint) {
  const { activities } = analyzer.projects.locations.activityTypes;
  return {
    /** When each service account of a project last authenticated, by mail address; Policy Analyzer tells days, some hours late. */
    async lastAuthentications(projectId: string): Promise<Map<string, Date>> {
      const parent = `projects/${projectId}/locations/global/activityTypes/serviceAccountLastAuthentication`;
      const raw = await pages('activities', (token) => activities.query({ parent, pageSize: 1000, ...token }, at));
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
