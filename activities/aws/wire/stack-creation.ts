import type { Capability, CreateStackInput } from '@aws-sdk/client-cloudformation';
import type { StackDefinition } from '../snapshot.ts';

/** Pure: the call as `StackDefinition` has it. A creation that fails leaves nothing behind, so that it can be tried again. */
export function creationOf(StackName: string, d: StackDefinition): CreateStackInput {
  return {
    StackName,
    TemplateBody: d.Template,
    Parameters: Object.entries(d.Parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: d.Capabilities as Capability[],
    Tags: Object.entries(d.Tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: d.TerminationProtection,
    NotificationARNs: d.NotificationArns,
    OnFailure: 'DELETE',
    ...(d.StackPolicy === null ? {} : { StackPolicyBody: d.StackPolicy }),
    ...(d.RoleArn === null ? {} : { RoleARN: d.RoleArn }),
    ...(d.TimeoutMinutes === null ? {} : { TimeoutInMinutes: d.TimeoutMinutes }),
  };
}
