import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import type { policyanalyzer_v1 } from 'googleapis/build/src/apis/policyanalyzer/v1.js';
import { z } from 'zod';
import { isThere } from '../../answer.ts';
import { lastSegment, type ServiceAccount } from '../snapshot.ts';
import { unlessAbsent } from './absence.ts';
import { isGone } from './classify.ts';
import { flag, PAGE, pages, shaped, text, withProjectId, type Endpoint } from './wire.ts';

/**
 * Service accounts, named `projects/<id>/serviceAccounts/<mail address or unique id>`. What is not there is undefined when read, and done when
 * disabled or deleted. `settle`: after how many ms a list is looked at again before an account counts as gone.
 */
export function accountApi(iam: iam_v1.Iam, iamAt: Endpoint, settle: number) {
  const { serviceAccounts: accounts } = iam.projects;
  const listServiceAccounts = async (projectId: string): Promise<ServiceAccount[]> => {
    const name = `projects/${projectId}`;
    return await pages('accounts', Account, (token) => accounts.list({ name, pageSize: PAGE, ...token }, iamAt));
  };
  const unlessNone = unlessAbsent(listServiceAccounts, settle);
  return {
    listServiceAccounts,
    unlessNone,
    getServiceAccount: (name: string): Promise<ServiceAccount | undefined> =>
      unlessNone(name, async () => shaped('a service account', Account, (await accounts.get({ name }, iamAt)).data)),
    /** Ids of the keys that people made of an account and that are not over, disabled ones included. Google's own are not among them. */
    async listKeys(name: string): Promise<string[]> {
      const answer = await unlessNone(name, () => accounts.keys.list({ name, keyTypes: ['USER_MANAGED'] }, iamAt));
      const isOver = (at: string | null | undefined) => at !== undefined && at !== null && Date.parse(at) < Date.now();
      const keys = answer === undefined ? [] : (shaped('keys', Keys, answer.data).keys ?? []);
      return keys
        .filter((k) => !isOver(k.validBeforeTime))
        .map((k) => lastSegment(k.name))
        .toSorted();
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

const Account = z
  .object({
    name: z.string().min(1),
    projectId: z.string().min(1),
    email: z.string().min(1),
    uniqueId: z.string().min(1),
    displayName: text,
    description: text,
    disabled: flag,
  })
  .transform(({ projectId, ...account }): ServiceAccount => ({ ...account, name: withProjectId(account.name, projectId) }));

const Keys = z.object({ keys: z.array(z.object({ name: z.string().min(1), validBeforeTime: z.string().nullish() })).nullish() });

const time = z.string().refine((at) => !Number.isNaN(Date.parse(at)), 'is no time');
const Used = z.object({
  fullResourceName: text,
  activity: z
    .object({ lastAuthenticatedTime: time.nullish(), serviceAccount: z.object({ fullResourceName: z.string().nullish() }).nullish() })
    .nullish(),
});

/** When accounts were used. */
export function activityApi(analyzer: policyanalyzer_v1.Policyanalyzer, at: Endpoint) {
  const { activities } = analyzer.projects.locations.activityTypes;
  return {
    /** When each service account of a project last authenticated, by mail address; Policy Analyzer tells days, some hours late. */
    async lastAuthentications(projectId: string): Promise<Map<string, Date>> {
      const parent = `projects/${projectId}/locations/global/activityTypes/serviceAccountLastAuthentication`;
      const raw = await pages('activities', Used, (token) => activities.query({ parent, pageSize: 1000, ...token }, at));
      return new Map(
        raw.flatMap(({ fullResourceName, activity }) => {
          const { lastAuthenticatedTime, serviceAccount } = activity ?? {};
          const name = serviceAccount?.fullResourceName ?? fullResourceName;
          return name && lastAuthenticatedTime ? [[lastSegment(name), new Date(lastAuthenticatedTime)] as const] : [];
        }),
      );
    },
  };
}
