import { Command, Option } from 'commander';
import { statusWords } from '../batches/status-words.ts';
import { CARRIER_NAMES } from '../carriers/status.ts';
import type { CarrierName } from '../carriers/status.ts';
import { databaseNow } from '../db/database.ts';
import { requeryLateness } from '../db/due-parcels.ts';
import type { Requery, RequeryLateness } from '../db/due-parcels.ts';
import { listParcels } from '../db/parcel-list.ts';
import type { LastEvent, ListedParcel } from '../db/parcel-list.ts';
import { durationText } from '../text.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';

interface Options {
  open?: boolean;
  carrier?: CarrierName;
  json?: true;
}

/** A leg abroad tells its time in a zone that nobody names. */
function lastText({ time, text, office, isAbroad }: LastEvent): string {
  const told = [time, text, office].filter((each) => each !== null && each !== '');
  return `${told.join(' ')}${isAbroad ? ' (local time abroad)' : ''}`;
}

function printParcels(parcels: readonly ListedParcel[]): void {
  if (parcels.length === 0) return printLine('no parcels');
  const shown = parcels.map(({ carrier, trackingNumber, orderNumber, lastEvent, rows, ...parcel }) => ({
    ...parcel,
    carrier: carrier ?? '-',
    status: statusWords(parcel),
    parcel: trackingNumber ?? `order ${orderNumber}`,
    last: lastEvent === null ? '' : lastText(lastEvent),
    rows: rows.slice(0, 3).map(({ workbook, batchId, row }) => `${workbook ?? batchId}:${row}`),
  }));
  printTable(shown, ['carrier', 'parcel', 'status', 'since', 'last', 'rows']);
}

/** How late the re-query is, in a line. */
function latenessText(requery: Requery, { asked, due, lateS }: RequeryLateness): string {
  if (requery === 'off') return 're-query: off';
  const late = due === 0 ? 'none is due' : `${due} due, the longest for ${durationText(lateS * 1_000)}`;
  return `re-query: ${asked} parcels are asked again, ${late}`;
}

/** `tsuiseki parcels`. */
export function parcelsCommand(): Command {
  return new Command('parcels')
    .description('parcels with their status, their last event and the rows that name them')
    .option('--open', 'only those that may still move')
    .addOption(new Option('--carrier <carrier>', 'of this carrier alone').choices(CARRIER_NAMES))
    .option('--json', 'an array')
    .action(({ open = false, carrier, json }: Options) =>
      withDatabase(async ({ db }, { requery }) => {
        const found = await listParcels(db, { open, carrier: carrier ?? null, requery });
        if (json) return printJson(found);
        printParcels(found);
        printLine(latenessText(requery, await requeryLateness(db, requery, await databaseNow(db))));
      }),
    );
}
