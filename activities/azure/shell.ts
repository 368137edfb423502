import { scriptOf } from '../../model/shell.ts';
import { demandSignIn } from '../microsoft/sign-in-shell.ts';
import { AZURE_KINDS } from './kinds/index.ts';

/** Azure in `az`. Every id carries its scope, so nothing depends on the subscription that is active. */
export const azureScript = scriptOf({ prelude: demandSignIn, enter: () => [] }, AZURE_KINDS);
