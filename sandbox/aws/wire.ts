import { Refusal } from '../service.ts';

/** A value of AWS's query protocol: lists become `<member>` elements, undefined is left out. */
export type Xml = string | number | boolean | Date | undefined | Xml[] | { [name: string]: Xml };

/** An error as AWS answers it; `code` is the one the SDKs map to exceptions (`NoSuchEntity`, `DeleteConflict`, `AccessDenied`). */
export class AwsError extends Refusal {}
