import { expect, test } from 'vitest';
import { SCRIPTS } from '../../../activities/scripts.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { DELETED_MESSAGE } from '../../../model/names.ts';

const kind = SCRIPTS.portal.kinds['data-collector'] as NonNullable<(typeof SCRIPTS.portal.kinds)[string]>;
const item = (name: string) => ({ snapshot: { id: 'c-1', name, type: 'gcp', recipient: 'dana@contoso.example' } }) as unknown as PlanItem;

test('a collector is deleted by hand: the guide’s clicks, its tab and who gets the one-time password', () => {
  const said = kind.remove(item('Contoso GCP')).join('\n');
  for (const part of ['Contoso GCP', 'Data Collectors, GCP', 'Delete Configuration', 'dana@contoso.example', 'Resend OTP', DELETED_MESSAGE])
    expect(said).toContain(part);
});

test('that it cannot come back is said, and what is lost with it', () => {
  expect(kind.restore(item('Contoso GCP')).join('\n')).toMatch(/Cannot be brought back.*What it had collected/s);
});

test.each(['a\nrm -rf /', 'a\r\nrm', 'a\u2028rm'])('no name ends its comment: %j', (name) => {
  const lines = [...kind.remove(item(name)), ...kind.restore(item(name))];
  for (const line of lines) expect(line).toMatch(/^# [^\n\r\u2028]+$/);
});
