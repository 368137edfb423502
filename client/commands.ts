import type { Command } from './command.ts';
import { amend } from './commands/amend.ts';
import { cancel } from './commands/cancel.ts';
import { confirm, otp, ready, resendOtp } from './commands/collector.ts';
import { approve, reject } from './commands/decide-gate.ts';
import { retry, waive } from './commands/decide-items.ts';
import { demo } from './commands/demo.ts';
import { discover } from './commands/discover.ts';
import { evidence } from './commands/evidence.ts';
import { inventory } from './commands/inventory.ts';
import { lift } from './commands/lift.ts';
import { list } from './commands/list.ts';
import { ownAccess } from './commands/own-access.ts';
import { pause, resume } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { report } from './commands/report.ts';
import { restore } from './commands/restore.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { watch } from './commands/watch.ts';

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
