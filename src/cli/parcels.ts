import { Command, Option } from 'commander';
import { CARRIER_NAMES } from '../carriers/status.ts';
import type { CarrierName } from '../carriers/status.ts';
import { listParcels } from '../db/parcel-list.ts';
import type { ListedParcel } from '../db/parcel-list.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';

interface Options {
  open?: boolean;
  carrier?: CarrierName;
  json?: true;
}

function printParcels(parcels: readonly ListedParcel[]): void {
  if (parcels.length === 0) return printLine('no parcels');
  const shown = parcels.map(({ carrier, trackingNumber, orderNumber, lastEvent, rows, ...parcel }) => ({
    ...parcel,
    carrier: carrier ?? '-',
    parcel: trackingNumber ?? `order ${orderNumber}`,
    last: lastEvent === null ? '' : `${lastEvent.time} ${lastEvent.text} ${lastEvent.office ?? ''}`.trim(),
    rows: rows.slice(0, 3).map(({ workbook, batchId, row }) => `${workbook ?? batchId}:${row}`),
  }));
  printTable(shown, ['carrier', 'parcel', 'status', 'subStatus', 'since', 'last', 'rows']);
}

/** `tsuiseki parcels`. */
export function parcelsCommand(): Command {
  return new Command('parcels')
    .description('parcels with their status, their last event and the rows that name them')
    .option('--open', 'only those that may still move')
    .addOption(new Option('--carrier <carrier>', 'of this carrier alone').choices(CARRIER_NAMES))
    .option('--json', 'an array')
    .action(({ open = false, carrier, json }: Options) =>
      withDatabase(async ({ db }) => {
        const found = await listParcels(db, { open, carrier: carrier ?? null });
        if (json) printJson(found);
        else printParcels(found);
      }),
    );
}
