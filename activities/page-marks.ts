import { NotYetError } from './answer.ts';

/**
 * Follows the pages of one listing. A mark (token, marker, link) that was followed before leads round for ever: that is no answer, and is thrown as NotYetError. `of` names
 * the listing.
 */
export function pageMarks(of: string): (mark: string) => void {
  const followed = new Set<string>();
  return (mark) => {
    if (followed.has(mark)) throw new NotYetError('PagesGoRound', `the pages of ${of} lead back to one that was read`);
    followed.add(mark);
  };
}
