import { writeFile } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import { readText } from '../batches/given-rows/read-rows.ts';
import type { RecordJudged } from '../batches/judge-record.ts';
import { isUsable, MEANINGS, meaningsIn, meanTexts, TextsError } from '../batches/text-meanings.ts';
import { CARRIER_NAMES } from '../carriers/status.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { plainText } from '../carriers/text-meaning.ts';
import { TEXT_CHARACTERS, textEntries } from '../db/carrier-texts.ts';
import type { TextEntry, TextMeaning } from '../db/carrier-texts.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';
import { UsageError } from './usage.ts';

interface Options {
  json?: boolean;
  dryRun?: boolean;
}

const neighbours = (side: TextEntry['before']): string =>
  side.map(({ text, count }) => `${text ?? '(nothing)'} ×${count}`).join(', ');

function printEntries(entries: readonly TextEntry[]): void {
  if (entries.length === 0) return printLine('every text is known');
  const shown = entries.map((entry) => ({
    ...entry,
    carrier: entry.carrier ?? 'any',
    status: entry.status ?? 'unknown',
    examples: entry.examples.join(', '),
    before: neighbours(entry.before),
    after: neighbours(entry.after),
  }));
  printTable(shown, ['text', 'carrier', 'status', 'count', 'before', 'after', 'examples']);
}

function printJudged({ rowsRead, rowsChanged, changes }: RecordJudged, dryRun: boolean): void {
  const changed = dryRun ? 'would change' : 'changed';
  printLine(`${rowsChanged} of ${rowsRead} rows on record ${changed}${dryRun ? '; nothing is kept' : ''}`);
  for (const { from, to, rows } of changes)
    printLine(from === to ? `  ${rows}: ${to}, for another reason` : `  ${rows}: ${from} → ${to}`);
}

function setCommand(): Command {
  return new Command('set')
    .description('say what a text means, for every worker and all of the record')
    .argument('<text>', 'the whole text; what stands in brackets behind it need not be said')
    .addArgument(
      new Argument('<status>', '`unknown` takes back what was said').choices(MEANINGS as TrackingStatus[]),
    )
    .addOption(
      new Option('--carrier <carrier>', 'of this carrier alone; default: of any').choices(CARRIER_NAMES),
    )
    .option('--dry-run', 'tell what would change, and keep nothing')
    .option('--json', 'print JSON')
    .action(async (text: string, status: TrackingStatus, options: Options & { carrier?: CarrierName }) => {
      if (!isUsable(text))
        throw new UsageError(
          'USAGE',
          `a text has 1 to ${TEXT_CHARACTERS} characters; this one can mean nothing`,
        );
      const { dryRun = false, json = false, carrier = null } = options;
      const meaning: TextMeaning = { text: plainText(text), carrier, status };
      const judged = await withDatabase(({ db }) => meanTexts(db, [meaning], { dryRun }));
      if (json) printJson({ ...meaning, dryRun, ...judged });
      else printJudged(judged, dryRun);
    });
}

function exportCommand(): Command {
  return new Command('export')
    .description('write texts and what they mean to a file; those that nobody knows, with null')
    .argument('<file>', 'a JSON file; one that is there is written anew')
    .option('--json', 'print JSON')
    .action((file: string, { json = false }: Options) =>
      withDatabase(async ({ db }) => {
        const entries = await textEntries(db);
        const list = entries
          .filter(({ said, status }) => said || status === null)
          .map(({ text, carrier, status }) => ({ text, carrier, status }));
        await writeFile(file, `${JSON.stringify(list, null, 2)}\n`).catch((error: unknown) => {
          const why = `${file} cannot be written; name a file in a folder that is there`;
          throw new TextsError('TEXTS_UNWRITABLE', why, { cause: error });
        });
        if (json) printJson({ file, texts: list.length });
        else printLine(`${file}: ${list.length} texts`);
      }),
    );
}

function importCommand(): Command {
  return new Command('import')
    .description('take what texts mean from a file of `texts export`, for all of the record')
    .argument('<file>', 'a JSON file, or `-` for standard input; all of it is taken, or nothing')
    .option('--dry-run', 'tell what would change, and keep nothing')
    .option('--json', 'print JSON')
    .action(async (file: string, { dryRun = false, json = false }: Options) => {
      const { name, text } = await readText(file, process.stdin);
      const meanings = readMeanings(text, name);
      const judged = await withDatabase(({ db }) => meanTexts(db, meanings, { dryRun }));
      if (json) return printJson({ file, texts: meanings.length, dryRun, ...judged });
      printLine(`${name}: ${meanings.length} texts`);
      printJudged(judged, dryRun);
    });
}

function readMeanings(text: string, name: string): TextMeaning[] {
  try {
    return meaningsIn(text, name);
  } catch (error) {
    if (!(error instanceof TextsError) || error.code !== 'TEXTS_NOT_ALLOWED') throw error;
    throw new UsageError('USAGE', error.message, { cause: error });
  }
}

/** `tsuiseki texts`, and what it is followed by. */
export function textsCommand(): Command {
  return new Command('texts')
    .description("carriers' texts that nobody knows, with examples, and those that were given a meaning")
    .option('--json', 'an array')
    .action(({ json = false }: Options) =>
      withDatabase(async ({ db }) => {
        const entries = await textEntries(db);
        if (json) printJson(entries);
        else printEntries(entries);
      }),
    )
    .addCommand(setCommand())
    .addCommand(exportCommand())
    .addCommand(importCommand());
}
