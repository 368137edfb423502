/** How often a stack is looked at while CloudFormation works on it, in ms: 5 minutes in all, then it is tried again later. */
export const POLLS = [200, 500, 1_000, 2_000, ...Array.from({ length: 59 }, () => 5_000)];
