import ExcelJS from 'exceljs';
import { expect, it } from 'vitest';
import { reportCsv } from '../../../src/batches/roll-ups/report-csv.ts';
import { reportWorkbook } from '../../../src/batches/roll-ups/report-workbook.ts';
import type { Report } from '../../../src/batches/roll-ups/report.ts';

const transit = { parcels: 1, meanHours: 12, medianHours: 12, p90Hours: 12 };
const REPORT: Report = {
  from: null,
  to: '2026-11-29T00:00:00Z',
  ...{ tasks: [], reasons: [], days: [], destinations: [], lanes: [], open: [] },
  calls: [{ task: null, kind: 'foreign', calls: 3 }],
  carriers: [{ carrier: null, delivered: 1, firstAttempt: 1, returned: 0, transit, open: 0, stalled: 0 }],
  origins: [{ carrier: 'yamato', office: '-1+1', delivered: 1, firstAttempt: 1, returned: 0, transit }],
};

it('what is of no task or carrier is no formula in a CSV, and is not marked as one', () => {
  const lines = reportCsv(REPORT).split('\r\n');
  expect(lines).toContain('Calls,(none) / foreign,calls,3');
  expect(lines).toContain('Carriers,(none),delivered,1');
  expect(lines.filter((line) => line.includes("'"))).toEqual([]);
});

it('whole hours are shown without a bare point', async () => {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load((await reportWorkbook(REPORT)) as unknown as ExcelJS.Buffer);
  const sheet = workbook.getWorksheet('Origins');
  expect([sheet?.getCell('G4').value, sheet?.getCell('G4').numFmt]).toEqual([12, '#,##0.0" h"']);
});
