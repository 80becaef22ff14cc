import type { PersonOrder } from '../src/db/schema.ts';
import type { BatchProgress } from '../src/temporal/messages.ts';

/** `paused by mika: stocktaking`. */
export function personText(what: string, { by, why }: PersonOrder): string {
  return `${what} by ${by}${why === null ? '' : `: ${why}`}`;
}

/** A batch's current details in the Web UI: Markdown, no personal data. */
export function detailsOf(
  title: string,
  { state, reason, counts }: BatchProgress,
  leftMs: number | null,
  waitingFor: string | null,
): string {
  const { pending, published, redirected } = counts;
  const open = pending + published + redirected > 0;
  const eta = leftMs === null || !open ? null : new Date(Date.now() + leftMs).toISOString().slice(0, 16);
  return [
    title,
    '',
    `**${state}**${reason === null ? '' : `: ${reason}`}`,
    ...(eta === null ? [] : ['', `Ready about ${eta.replace('T', ' ')} UTC`]),
    ...(waitingFor === null ? [] : ['', `Waiting ${waitingFor}`]),
    '',
    // The Web UI sets no space between columns.
    `| ${Object.keys(counts).join('\u00A0 | \u00A0')} |`,
    '|--:|--:|--:|--:|--:|--:|--:|',
    `| ${Object.values(counts).join(' | ')} |`,
  ].join('\n');
}
