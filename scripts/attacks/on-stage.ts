import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setStage } from '../../client/demo/stage.ts';
import { Scene } from './scene.ts';
import { signInSigners, sshSigners } from './signers.ts';

/** How the worker's policy knows people. */
export const MODES = ['ssh', 'entra', 'asserted'] as const;
export type Mode = (typeof MODES)[number];

export const ESTATE = resolve(import.meta.dirname, '..', '..', 'estates', 'default.yaml');

/** Sets a stage for attacks, and strikes it after them. */
export async function onStage(mode: Mode, work: (scene: Scene) => Promise<number>, estate = ESTATE): Promise<number> {
  const folder = resolve('.offboard', `attacks-${mode}`);
  const keys = `${folder}-keys`;
  const people = ['sam.operator@contoso.example', 'riley.approver@contoso.example', 'dana.otp@contoso.example'];
  rmSync(keys, { recursive: true, force: true });
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const signIns = mode === 'entra' ? signInSigners(estate, join(keys, 'estate.yaml'), people, 'mallory') : undefined;
  const signers = signIns ?? sshSigners(keys, people, 'mallory');
  process.env['OFFBOARD_EVIDENCE_DIR'] = resolve(folder, 'evidence');
  const file = signIns?.estate ?? estate;
  const stage = await setStage({
    estate: file,
    folder,
    keep: false,
    policy: mode === 'asserted' ? () => ({}) : signers.policy,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  // This program signs in itself, as a browser does.
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(join(folder, 'sandbox', 'ca.pem'), 'utf8')]);
  const scene = await Scene.open(stage, signers, file);
  try {
    return await work(scene);
  } finally {
    await scene.close();
    await stage.strike();
  }
}
