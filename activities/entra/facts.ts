import type { Facts } from '../../model/finding.ts';
import type { EntraSnapshot } from './reader.ts';

/** Pure: what the directory tells the judging of others: who the CIEM principal is, whether it is in use, and who the worker is. */
export function entraFacts({ ciemServicePrincipals, formerPrincipals, notFormer, ciemUse, ourselves }: EntraSnapshot): Partial<Facts> {
  const [principal] = ciemServicePrincipals;
  return {
    ourselves,
    ciemFormerIds: formerPrincipals,
    ...(notFormer.length > 0 ? { notFormer } : {}),
    ...(principal ? { ciemPrincipalId: principal.id } : {}),
    ...(ciemUse.byItself === undefined ? {} : { ciemUsedRecently: ciemUse.byItself }),
  };
}
