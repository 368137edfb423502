export { grantEffects as effects } from '../shared/grant-effects.ts';
