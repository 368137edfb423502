import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Data collector configurations (guide, "Stop data collection"). */
export const dataCollector = makeKind(footprint, effects, shell);
