import { expect, test } from 'vitest';
import { removalScript, restoreScript } from '../../../client/render/script.ts';
import type { Manifest } from '../../../model/manifest.ts';
import { planOf } from '../../model/findings.ts';

const source = { run: 'r', hash: 'aa', manifest: {} as Manifest, now: new Date(0) };

test('a removal script says at its head that nothing in it is judged again, and what is the safe way; the way back does not', () => {
  const lines = removalScript({ ...source, plan: planOf([]) }).split('\n');
  const head = lines.slice(0, lines.indexOf('set -euo pipefail')).join('\n');
  expect(head).toMatch(/# NOT JUDGED AGAIN\..* is not seen, and loses it\.\n# The run is the safe way\./s);
  expect(restoreScript({ ...source, plan: { items: [], untouched: [] } })).not.toContain('JUDGED');
});
