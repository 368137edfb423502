import { AWS_ORDER } from '../../activities/aws/order.ts';
import { byStage } from '../../model/order.ts';
import { awsCloud } from '../../activities/aws/cloud.ts';
import type { ReadContext } from '../../activities/cloud.ts';
import { issuerOf } from '../../model/footprint.ts';
import type { SystemId } from '../../model/names.ts';
import { mergeOwnAccess, type OwnAccess } from '../../model/own-access.ts';
import type { PlanItem } from '../../model/plan.ts';
import { ACCOUNTS, ENTRY_ROLE, TENANT } from './aws-accounts.ts';

/** The product's own AWS, pointed at moto: what it finds, in the order of removal. */
export function productOn(endpoint: string) {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_IAM: endpoint,
    AWS_ACCESS_KEY_ID: 'independent',
    AWS_SECRET_ACCESS_KEY: 'independent',
    AWS_REGION: 'us-east-1',
  });
  const cloud = awsCloud();
  const context = {
    manifest: { aws: { assumeRole: ENTRY_ROLE }, guards: { usedWithin: 0 }, waits: { settle: 20 } },
  } as unknown as ReadContext;
  const connect = (system: SystemId) => cloud.connect(system, context);
  const kindOf = (item: PlanItem) => {
    const kind = cloud.kinds.find((k) => k.name === item.kind);
    if (!kind?.undo) throw new Error(`no way back for ${item.kind}`);
    return { ...kind, undo: kind.undo };
  };
  return {
    manifest: context.manifest,
    async plan(): Promise<PlanItem[]> {
      const systems = ACCOUNTS.map((a): SystemId => `aws:${a}`);
      const snapshots = [];
      for (const system of systems) snapshots.push(await cloud.read(await connect(system), system, context));
      const issuer = issuerOf(TENANT, 'public');
      const awsOidcRoles = snapshots.flatMap((s) => cloud.facts(s, TENANT, issuer).awsOidcRoles ?? []);
      const facts = { tenantId: TENANT, issuer, awsOidcRoles, gcpServiceAccounts: [], defender: { state: 'absent' as const, why: [] } };
      const findings = snapshots.flatMap((s) => cloud.kinds.flatMap((k) => k.match(s, facts).findings));
      // What was named by other names than onboarding's is not certain: an override would take it along.
      const items = findings.map((f) => ({ ...f, fingerprint: '', dependsOn: [] }));
      return items.toSorted((a, b) => byStage({ aws: AWS_ORDER }, a, b) || b.kind.localeCompare(a.kind));
    },
    async ownAccess(): Promise<OwnAccess> {
      const parts: OwnAccess[] = [];
      for (const account of ACCOUNTS) {
        const system: SystemId = `aws:${account}`;
        const part = await cloud.ownAccess?.(await connect(system), system, context);
        if (part) parts.push(part);
      }
      return mergeOwnAccess(parts);
    },
    remove: async (item: PlanItem) => kindOf(item).remove(await connect(item.system), [item]),
    restore: async (item: PlanItem) => kindOf(item).undo.restore(await connect(item.system), [item]),
  };
}
