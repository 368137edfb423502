import { NotYetError } from '../../answer.ts';
import { pageMarks } from '../../page-marks.ts';

/** What AWS's listings say of the next page: IAM by a marker, the others by a token. */
interface Page {
  IsTruncated?: boolean | undefined;
  Marker?: string | undefined;
  NextToken?: string | undefined;
}

/** The pages of a listing, to its end. Throws NotYetError where they lead round, or where one says that more follow, and not where. */
export async function* eachPage<P extends object>(of: string, pages: AsyncIterable<P>): AsyncIterable<P> {
  const follow = pageMarks(of);
  for await (const page of pages) {
    const { IsTruncated, Marker, NextToken } = page as Page;
    const mark = Marker ?? NextToken;
    if (mark) follow(mark);
    else if (IsTruncated) throw new NotYetError('PageMissing', `a page of ${of} says that more follow, and not where`);
    yield page;
  }
}

/** All pages at once. As `eachPage`. */
export async function everyPage<P extends object>(of: string, pages: AsyncIterable<P>): Promise<P[]> {
  return await Array.fromAsync(eachPage(of, pages));
}
