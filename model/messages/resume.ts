import type { DecisionKind } from './decision-kind.ts';
import { isStarterOrApprover } from './judging.ts';
import type { NamedMessage } from './pause.ts';

/** Going on is for whoever started the run and for approvers. */
export type ResumeDecision = NamedMessage & { kind: 'resume' };

export const resume: DecisionKind<ResumeDecision> = {
  stops: true,
  judge: ({ by }, context) => isStarterOrApprover(by, context),
  fold: (decided) => void delete decided.stopped,
  words: () => 'resume the run',
};
