import type { BatchStatus } from '../batches/status.ts';

/** The only thing on stdout with `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress and notes for people: stderr, so that stdout holds data alone. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((each) => shown(each)).join('; ');
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/\s+/g, ' ');
}

/** Objects as aligned columns. */
export function printTable(records: readonly object[], columns: readonly string[]): void {
  const lines = [
    columns,
    ...records.map((record) => columns.map((name) => shown(Reflect.get(record, name)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  for (const line of lines)
    printLine(
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** What its activities wait or fail for, a line each. */
export const noteLines = ({ notes }: BatchStatus): string[] => notes.map((each) => `  ${each}`);

export function statusLine({ batchId, state, reason, counts, eta }: BatchStatus): string {
  const parts = Object.entries(counts).flatMap(([name, n]) => (n > 0 ? [`${n} ${name}`] : []));
  return `${batchId} ${state}${reason === null ? '' : ` (${reason})`}: ${parts.join(', ') || 'no rows'}${eta === null ? '' : `, ready about ${eta}`}`;
}
