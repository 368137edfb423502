import { nativeId } from '../../../model/names.ts';
import { command, scriptOf } from '../../../model/shell.ts';
import { pathAndName } from '../footprint/ids.ts';
import { AWS_KINDS } from '../kinds/index.ts';
import { AWS_PRELUDE } from './prelude.ts';

/** AWS in bash with the AWS CLI: removals and restores as the kinds do them. */
export const awsScript = scriptOf(
  {
    prelude: () => AWS_PRELUDE,
    enter(system, { aws }) {
      const externalId = aws?.externalId === undefined ? [] : [aws.externalId];
      return [command('aws_enter', nativeId(system), pathAndName(aws?.assumeRole ?? ''), ...externalId)];
    },
  },
  AWS_KINDS,
);
