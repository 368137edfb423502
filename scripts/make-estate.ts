import { parseArgs } from 'node:util';
import { writeLargeEstate } from './large-estate/write.ts';

/** `node scripts/make-estate.ts --systems N --out FILE`: an estate of N mixed systems, to measure with. The same file every time. */
const { values } = parseArgs({ options: { systems: { type: 'string' }, out: { type: 'string' } } });
const systems = Number(values.systems);
if (!Number.isInteger(systems) || systems < 10 || systems > 100_000 || values.out === undefined) {
  process.stderr.write('usage: node scripts/make-estate.ts --systems N --out FILE   (N: a whole number from 10 to 100000)\n');
  process.exitCode = 2;
} else {
  const { ours, others } = writeLargeEstate(systems, values.out);
  process.stdout.write(`${values.out}: ${systems} systems; ${ours} objects that are ours, ${others} that are not\n`);
}
