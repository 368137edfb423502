import { AGAIN } from './again.ts';
import { AFTER_ITS_END, AS_RUN } from './as-run.ts';
import { BY_ACTIVITY_IN_TURN } from './by-activity.ts';
import { BY_ONE_PERSON } from './by-one-person.ts';
import { RESTORES } from './by-workflow.ts';
import { IN_TURN } from './in-turn.ts';

/** What is tried in each turn of runs that go on. Those of a worker of one's own come last: no run goes on after them. */
export const IN_EACH_TURN = [...IN_TURN, ...AGAIN, ...BY_ONE_PERSON, ...BY_ACTIVITY_IN_TURN, ...AS_RUN];

/** What is tried after the end of runs. Whoever has a workflow under the id of one comes last. */
export const AFTER_ENDS = [...RESTORES, ...AFTER_ITS_END];
