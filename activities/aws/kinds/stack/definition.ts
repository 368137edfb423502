import type { Json } from '../../../../model/finding.ts';
import type { ReadDefinition, StackState } from '../../snapshot.ts';

/** What a plan freezes of a stack: its resources, each one's own definition by the finding's id, and what it could be made of again. */
export type PlannedStack = Pick<StackState, 'StackId' | 'StackName' | 'Resources' | 'GeneratedNames'> & {
  Definition: ReadDefinition;
  Members: { [finding: string]: Json };
  /** Resources that would be gone for good with the stack: while there are any, it is not deleted. */
  Endangered: string[];
};

/** Pure: what a plan freezes, from what was read. */
export function frozenStack(
  stack: StackState,
  Definition: ReadDefinition,
  Members: PlannedStack['Members'],
  Endangered: string[],
): PlannedStack {
  const { StackId, StackName, Resources, GeneratedNames } = stack;
  return { StackId, StackName, Resources, GeneratedNames, Definition, Members, Endangered };
}

/** What CreateStack takes of a template that comes with the call, in bytes (CloudFormation API reference, CreateStack). */
const LARGEST_TEMPLATE = 51_200;

/** What CloudFormation shows in place of a NoEcho parameter's value. */
const MASKED = /^\*+$/;

/** Pure: why a stack cannot be made again, and what becomes of its resources; undefined when it can. */
export function whyNoStack(stack: PlannedStack): string | undefined {
  const { StackName, Definition, GeneratedNames } = stack;
  const oneByOne = 'its resources come back one by one, and belong to no stack any more';
  if ('Unknown' in Definition)
    return `its template could not be read before the removal (${Definition.Unknown}): ${oneByOne}; allow cloudformation:GetTemplate and GetStackPolicy before the next removal`;
  const masked = Object.entries(Definition.Parameters).filter(([, value]) => MASKED.test(value));
  if (masked.length > 0)
    return `nobody can read the value of its NoEcho parameter ${masked.map(([key]) => key).join(', ')}: its owner makes it again from the template; until then ${oneByOne}`;
  if (GeneratedNames.length > 0)
    return `CloudFormation chose the names ${GeneratedNames.join(', ')} and would choose others, which nobody trusts: ${oneByOne}, under the names they had`;
  if (Definition.Retained.length > 0)
    return `its template would make ${Definition.Retained.join(', ')} a second time, which stayed when it was deleted: ${oneByOne}`;
  if (Buffer.byteLength(Definition.Template) > LARGEST_TEMPLATE)
    return `its template is larger than the ${LARGEST_TEMPLATE} bytes a call takes: its owner makes ${StackName} again from a bucket; until then ${oneByOne}`;
  return undefined;
}
