import { lastSegment } from '../snapshot.ts';

/** Names that an onboarding script gave the organisation's custom role; a hint only. docs/footprint.md, "GCP". */
const ID = /^CloudKnoxIAMOrgAdmin(?:_\d+)?$/;
const TITLE = 'CloudKnox IAM Org Admin';

/** Whether a role is one that onboarding may have made, by its name. */
export function isNamedLikeOurs({ name, title }: { name: string; title?: string }): boolean {
  return ID.test(lastSegment(name)) || title === TITLE;
}
