import type { Command } from '../terminal/command.ts';
import { amend } from './amend.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { confirm } from './confirm.ts';
import { demo } from './demo.ts';
import { discover } from './discover.ts';
import { evidence } from './evidence.ts';
import { inventory } from './inventory.ts';
import { lift } from './lift.ts';
import { list } from './list.ts';
import { otp } from './otp.ts';
import { ownAccess } from './own-access.ts';
import { pause } from './pause.ts';
import { plan } from './plan.ts';
import { ready } from './ready.ts';
import { records } from './records.ts';
import { reject } from './reject.ts';
import { report } from './report.ts';
import { resendOtp } from './resend-otp.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { waive } from './waive.ts';
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
  records,
  restore,
  evidence,
  demo,
];
