import { dataCollector } from './data-collector/index.ts';

/** Every kind of thing in the portal. */
export const PORTAL_KINDS = [dataCollector];
