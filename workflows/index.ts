export { discovery } from './discovery.ts';
export { offboarding } from './offboarding.ts';
export { restore } from './restore.ts';
