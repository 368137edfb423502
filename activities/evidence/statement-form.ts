import { statementText, whereOf } from '../../model/statement/statement.ts';
import type { GateMessage } from '../../model/gate.ts';

/** Pure: the statement that approving makes, field by field as it is signed; what only its signer knows stands in capitals. */
export function statementForm(
  { run, namespace }: { run: string; namespace: string | undefined },
  message: Pick<GateMessage, 'gate' | 'opening' | 'planHash'>,
): string {
  const where = whereOf(namespace ?? 'NAMESPACE', run);
  const text = statementText(where, 'approve', { ...message, by: 'NAME', reason: 'TEXT' }, new Date(0), 0);
  const times = { at: 'WHEN YOU SIGN', arriveBy: '15 MINUTES LATER', validUntil: 'AT MOST 30 DAYS LATER' };
  return JSON.stringify({ ...(JSON.parse(text) as object), ...times }, undefined, 2);
}
