import { Command, Option } from 'commander';
import { parcelAlerts } from '../batches/parcel-alerts.ts';
import type { ParcelAlert } from '../batches/parcel-alerts.ts';
import { statusWords } from '../batches/status-words.ts';
import { ALERT_REASONS } from '../carriers/alert-reasons.ts';
import type { AlertReason } from '../carriers/alert-reasons.ts';
import { databaseNow } from '../db/database.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';

interface Options {
  reason?: AlertReason;
  json?: true;
}

function printAlerts(alerts: readonly ParcelAlert[]): void {
  if (alerts.length === 0) return printLine('no parcel needs anybody');
  const shown = alerts.map(({ carrier, trackingNumber, orderNumber, rows, ...alert }) => ({
    ...alert,
    carrier: carrier ?? '-',
    parcel: trackingNumber ?? `order ${orderNumber}`,
    status: statusWords(alert),
    text: alert.statusText,
    rows: rows.slice(0, 3).map(({ workbook, batchId, row }) => `${workbook ?? batchId}:${row}`),
  }));
  const columns = ['reason', 'lastDay', 'carrier', 'parcel', 'status', 'text', 'since'];
  printTable(shown, [...columns, 'seenAt', 'rows']);
}

/** `tsuiseki alerts`. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('parcels that need somebody: why, since when, and the last day to act')
    .addOption(new Option('--reason <reason>', 'for this reason alone').choices(ALERT_REASONS))
    .option('--json', 'an array')
    .action(({ reason, json }: Options) =>
      withDatabase(async ({ db }) => {
        const alerts = await parcelAlerts(db, await databaseNow(db));
        const meant = alerts.filter((alert) => reason === undefined || alert.reason === reason);
        if (json) printJson(meant);
        else printAlerts(meant);
      }),
    );
}
