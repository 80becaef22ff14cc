import { understandRow } from '../../tasks/understand-row.ts';
import type { TrackingTask } from '../../tasks/types.ts';
import { lineFeeds, storable } from '../../text.ts';
import type { RowContent, WorkbookRow } from '../../workbook/types.ts';
import type { AdoptLine } from './adopt-file.ts';

type Cells = Pick<RowContent, 'input' | 'email'>;

const shownKey = ({ input, email }: Cells): string => `${input.trim()}\n${email.trim()}`;

/** What a row asks for, however it is written: `1837-9277-9166` and `183792779166`, a link and its address. */
function askedKey(task: TrackingTask, content: RowContent): string | null {
  const reading = understandRow(task, content);
  return reading.valid ? (reading.trackingNumber ?? reading.url) : null;
}

/**
 * The row of the sheet that each line means; null: none is left. Told by what A and B show, else by what they ask for; of
 * lines that are alike the first means the first such row, and no row is meant twice.
 */
export function matchLines(
  task: TrackingTask,
  lines: readonly AdoptLine[],
  rows: readonly WorkbookRow[],
): (WorkbookRow | null)[] {
  const contents = lines.map(({ a, b }): RowContent => {
    const [input, email] = [storable(lineFeeds(a)), storable(lineFeeds(b))];
    return { input, inputUrl: null, email };
  });
  const matched: (WorkbookRow | null)[] = lines.map(() => null);
  const used = new Set<WorkbookRow>();
  // Rows that show just this come first, wherever they stand: another line may mean the same number written otherwise.
  for (const keyOf of [shownKey, (content: RowContent) => askedKey(task, content)]) {
    const left = new Map<string | null, WorkbookRow[]>();
    for (const row of rows) {
      if (used.has(row)) continue;
      const key = keyOf(row);
      const alike = left.get(key);
      if (alike === undefined) left.set(key, [row]);
      else alike.push(row);
    }
    for (const [index, content] of contents.entries()) {
      const key = keyOf(content);
      if (matched[index] !== null || key === null) continue;
      const row = left.get(key)?.shift() ?? null;
      matched[index] = row;
      if (row !== null) used.add(row);
    }
  }
  return matched;
}
