import type { Command } from '../terminal/command.ts';
import { amend } from './amend.ts';
import { cancel } from './cancel.ts';
import { confirm, otp, ready, resendOtp } from './collector.ts';
import { approve, reject } from './decide-gate.ts';
import { retry, waive } from './decide-items.ts';
import { demo } from './demo.ts';
import { discover } from './discover.ts';
import { evidence } from './evidence.ts';
import { inventory } from './inventory.ts';
import { lift } from './lift.ts';
import { list } from './list.ts';
import { ownAccess } from './own-access.ts';
import { pause, resume } from './pause.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { restore } from './restore.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { watch } from './watch.ts';

/** Every command, in the order a run needs them. */
export const COMMANDS: Command[] = [
  discover,
  inventory,
  start,
  list,
  status,
  watch,
  plan,
  approve,
  reject,
  ready,
  otp,
  resendOtp,
  confirm,
  waive,
  retry,
  amend,
  lift,
  pause,
  resume,
  cancel,
  report,
  ownAccess,
  restore,
  evidence,
  demo,
];
