export { discovery } from './discovery.ts';
export { examination } from './examination.ts';
export { howToProve } from './how-to-prove.ts';
export { offboarding } from './offboarding.ts';
export { reading } from './reading.ts';
export { restore } from './restore.ts';
