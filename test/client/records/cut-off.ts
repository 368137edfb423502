import { workersKeys } from '../../../security/keys.ts';
import { stepsOf } from '../../../client/records/put-back.ts';

/** A process that begins to put a backup back and is killed after so many steps, as by a power cut: it cleans up nothing. */
const [where = '', file = '', kept = '', steps = ''] = process.argv.slice(2);
for (const { take } of stepsOf(where, workersKeys(process.env), file, kept === '' ? undefined : kept).slice(0, Number(steps))) take();
process.kill(process.pid, 'SIGKILL');
