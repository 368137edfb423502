import { Client, type WorkflowExecutionInfo } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Session } from './session.ts';

/** Shows nothing of what others put beside their workflows: one memo that cannot be read would hide all runs. */
const BLIND: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads),
  decode: (payloads) => Promise.resolve(payloads.map((): Payload => ({ metadata: { encoding: Buffer.from('binary/null') } }))),
};

/** The workflows that a query names, without their memos. */
export function listed({ client, connection }: Session, query: string): AsyncIterable<WorkflowExecutionInfo> {
  const { namespace } = client.options;
  return new Client({ connection, namespace, dataConverter: { payloadCodecs: [BLIND] } }).workflow.list({ query });
}
