export { offboarding } from './offboarding.ts';
