import { dryRun } from '../batches/dry-run.ts';
import type { DryRun, DryRunRequest } from '../batches/dry-run.ts';
import { openFiles } from '../files/open-files.ts';
import { loadSettings } from '../settings/settings.ts';
import { durationText } from '../text.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';

/** Shows the rows as `rows` would, and what they would cost; nothing is started, no server is needed. */
export async function printedDryRun(request: DryRunRequest, json: boolean): Promise<void> {
  const settings = loadSettings();
  const found =
    settings.databaseUrl === null
      ? await dryRun({ settings, files: openFiles(settings, null), queries: null }, request)
      : await withDatabase((database) =>
          dryRun({ settings, files: openFiles(settings, database), queries: database.db }, request),
        );
  printDryRun(found, json);
}

export function printDryRun(found: DryRun, json: boolean): void {
  if (json) return printJson(found);
  const { rows, counts, jobs, calls, credits, estimatedSeconds } = found;
  printTable(rows, ['row', 'state', 'input', 'trackingNumber', 'error', 'warnings']);
  printLine(
    `${rows.length} rows, ${counts.invalid} invalid: ${jobs} jobs, ${calls} calls, ${credits} page credits, about ${durationText(estimatedSeconds * 1_000)}`,
  );
}
