export { offboarding } from './offboarding.ts';
export { restore } from './restore.ts';
