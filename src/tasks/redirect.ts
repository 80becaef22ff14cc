import { fieldOf } from './fields.ts';
import type { WebscraperLookup } from './lookup.ts';
import type { CsvRecord } from './result.ts';

const DISCRIMINANT = 'Discriminant';

/**
 * Whether a job's records say that its order went by another carrier (domain section 5): the task redirects, there
 * are records, and `Discriminant` is empty in every one.
 *
 * A CSV without that column proves nothing (the sitemap was changed, or it is another one's CSV), and every page
 * would be paid for twice: no redirect. `records` are those of one start URL.
 */
export function isRedirect(
  { redirectsTo }: Pick<WebscraperLookup, 'redirectsTo'>,
  records: readonly CsvRecord[],
): boolean {
  return (
    redirectsTo !== null &&
    records.some((record) => Object.hasOwn(record, DISCRIMINANT)) &&
    records.every((record) => fieldOf(record, DISCRIMINANT) === '')
  );
}
