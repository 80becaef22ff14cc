import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { importShipperFile } from '../../../src/batches/shipper-file/import-file.ts';
import { openShipperFile } from '../../../src/batches/shipper-file/shipper-file.ts';
import { withCheckDigit } from '../../../src/sandbox/check-digit.ts';
import { toShiftJis } from '../../../src/sandbox/yamato/shift-jis.ts';
import type { Stage } from '../activities/stage.ts';

export interface EventLine {
  number: string;
  code: string;
  daysAgo: number;
  office?: string;
  takesBack?: boolean;
}

/** Valid numbers of Japan Post. */
export const postNumbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => withCheckDigit(22_045_613_800 + index));

/** So many days ago at 10:00 in Japan: as the file writes it, and as the page does. */
export function tenOClock(daysAgo: number): { compact: string; page: string; at: Date } {
  const day = new Date(Date.now() - daysAgo * 86_400_000 + 9 * 3_600_000).toISOString().slice(0, 10);
  const compact = `${day.replaceAll('-', '')}1000`;
  return { compact, page: `${day.replaceAll('-', '/')} 10:00`, at: new Date(`${day}T10:00:00+09:00`) };
}

/** The record above the events, of the file as a whole. */
export const FILE_RECORD = '"6","20260110","000002"';

/** A line of Japan Post's tracking file. */
export function eventLine({
  number,
  code,
  daysAgo,
  office = '渋谷郵便局',
  takesBack = false,
}: EventLine): string {
  const { compact } = tenOClock(daysAgo);
  return [
    ...[takesBack ? '1' : '0', '10', 'ゆうパック', number, 'A-1', compact, '100', office],
    ...[code, '', compact, '200', '新東京郵便局', '1', '2', '60', ''],
  ].join(',');
}

export const postFile = (lines: readonly EventLine[]): string =>
  [FILE_RECORD, ...lines.map(eventLine), ''].join('\r\n');

/** A folder for files, removed when the tests are over. */
export function shipperFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-shipper-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  /** A file with this in it, in Shift_JIS if it is a text. */
  function write(content: string | Buffer, name = `${(count += 1)}.csv`): string {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? toShiftJis(content) : content);
    return path;
  }
  /** Imports a file of these lines. */
  async function take(stage: Stage, lines: readonly EventLine[], dryRun = false) {
    const file = await openShipperFile(write(postFile(lines)));
    return importShipperFile(stage.database, file, { by: 'someone', dryRun });
  }
  return { folder, write, take };
}

export const event = (code: string, daysAgo: number, number: string): EventLine => ({
  number,
  code,
  daysAgo,
});

/** Accepted three days ago, delivered yesterday. */
export const delivered = (number: string): EventLine[] => [
  event('1101', 3, number),
  event('5201', 1, number),
];
