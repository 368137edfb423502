import { scriptOf } from '../../model/shell.ts';
import { PORTAL_KINDS } from './kinds/index.ts';

/** The portal in words: it has no API, so its script is made of comments. */
export const portalScript = scriptOf({ prelude: () => [], enter: () => [] }, PORTAL_KINDS);
