import { sql } from 'drizzle-orm';

/** What the status column says of a row, without the time: its state in a word, and why it has no result. */
export const SHOWN = sql`(case rows.state when 'pending' then '待ち' when 'published' then '照会中'
  when 'redirected' then '照会中' when 'completed' then '完了' when 'failed' then '失敗' else '無効' end
  || coalesce(': ' || rows.error, ''))`;

/** The status cell's text: `失敗 11/24 15:04: …`, the time being Japan's. */
export function statusText(shown: string, now: Date): string {
  const japan = new Date(now.getTime() + 9 * 3_600_000).toISOString();
  const time = `${japan.slice(5, 10).replace('-', '/')} ${japan.slice(11, 16)}`;
  const [state = '', ...reason] = shown.split(': ');
  return [`${state} ${time}`, ...reason].join(': ');
}
