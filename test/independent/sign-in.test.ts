import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN } from '../client/on-stage.ts';
import { APPROVER, STARTER } from '../harness/estate.ts';
import { estateWithPeople, PASSWORD, signInPolicy, typedAndSignedIn, userOf, type Shown } from '../harness/sign-in.ts';
import { Stage } from '../harness/stage.ts';
import { startChromium, type Chromium } from './chromium.ts';

const stage = new Stage();
let chromium: Chromium;
beforeAll(async () => {
  chromium = await startChromium((line) => process.stderr.write(`${line}\n`));
  await stage.open();
});
afterAll(async () => {
  await stage.close();
  await chromium.stop();
});

/** A person at the browser: types name and password where the page asks for them, and reads what it ends with. */
const atBrowser =
  (who: string, read: string[]) =>
  async ({ address }: Shown): Promise<void> => {
    const page = await chromium.open(address);
    await page.until(`document.querySelector('input[name=password]') !== null`);
    const picture = process.env['OFFBOARD_PICTURE'];
    if (picture !== undefined) writeFileSync(picture, await page.picture());
    const typed = JSON.stringify([userOf(who), PASSWORD]);
    await page.until(
      `(([name, password]) => { const form = document.forms[0]; form.username.value = name; form.password.value = password; form.requestSubmit(); return true; })(${typed})`,
    );
    read.push(
      await page.until<string>(`location.hostname === '127.0.0.1' && location.pathname === '/signed-in' && document.body.innerText`),
    );
  };

test('a person starts a run and another approves its plan, each by a sign-in in a real Chromium', async () => {
  const file = await stage.fill(estateWithPeople());
  stage.deps.policy = signInPolicy(stage);
  const read: string[] = [];
  const typed = (who: string, ...args: string[]) => typedAndSignedIn(stage, who, [...args, '--by', who], { meet: atBrowser(who, read) });
  expect(await typed(STARTER, 'start', file)).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  const approved = await typed(APPROVER, 'approve', RUN, '--gate', 'plan', '--plan-hash', planHash, '--reason', 'read it');
  expect(approved).toMatchObject({ code: 0 });
  const { counts } = await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(counts.find((c) => c.phase === 'permissions')?.removed).toBeGreaterThan(3);
  expect(read).toEqual([expect.stringContaining('You have signed in'), expect.stringContaining('You have signed in')]);
});
