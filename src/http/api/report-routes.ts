import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readReport } from '../../batches/roll-ups/make-report.ts';
import type { Period } from '../../batches/roll-ups/make-report.ts';
import { reportCsv } from '../../batches/roll-ups/report-csv.ts';
import type { Report } from '../../batches/roll-ups/report.ts';
import { rollUp } from '../../batches/roll-ups/roll-up.ts';
import { fieldsOf } from '../../json-fields.ts';
import { inTurn } from '../in-turn.ts';
import { attachment } from './attachment.ts';
import { ApiProblem } from './api-error.ts';
import type { ApiContext } from './context.ts';
import type { ReportView } from './contract.ts';
import { textOf } from './request-fields.ts';

/** A report is no clock: all viewers get the same for a minute. */
const KEPT_MS = 60_000;
const DAY_MS = 86_400_000;
const JAPAN_MS = 9 * 3_600_000;
const DAYS_SHOWN = 30;
/** So many offices and lanes are a page; files have all of them. */
const OFFICES_SHOWN = 20;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The beginning of a day in Japan. */
function dayIn(fields: Readonly<Record<string, unknown>>, name: string): Date | null {
  const text = textOf(fields, name);
  if (text === null) return null;
  const midnight = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(midnight.getTime());
  // 31 February is taken for 3 March otherwise.
  if (!isDay || !midnight.toISOString().startsWith(text))
    throw new ApiProblem('BAD_REQUEST', `${name} is a day such as 2026-01-31`);
  return new Date(midnight.getTime() - JAPAN_MS);
}

function periodIn(request: FastifyRequest): Period {
  const fields = fieldsOf(request.query);
  const to = dayIn(fields, 'to') ?? new Date();
  const endMs = Math.ceil((to.getTime() + JAPAN_MS) / DAY_MS) * DAY_MS - JAPAN_MS;
  const isAll = fields['from'] === 'all';
  const from = isAll ? null : (dayIn(fields, 'from') ?? new Date(endMs - DAYS_SHOWN * DAY_MS));
  if (from !== null && from >= to) throw new ApiProblem('BAD_REQUEST', 'from is not before to');
  return { from, to };
}

/** The aggregated figures, as people look at them and as files. */
export function reportRoutes(app: FastifyInstance, { deps: { database }, live }: ApiContext): void {
  // A roll-up may wait for another process's: however many ask, it takes one connection.
  const bringUp = inTurn(() => rollUp(database));
  const makeReport = async (period: Period): Promise<Report> => {
    await bringUp();
    return readReport(database, period);
  };

  app.get('/api/report', (request, reply) => {
    const period = periodIn(request);
    const { from, to } = fieldsOf(request.query);
    const key = `report ${JSON.stringify([from, to])}`;
    return live.send(request, reply, { key, keptMs: KEPT_MS }, async (): Promise<ReportView> => {
      const report = await makeReport(period);
      const cut = <Line>(lines: readonly Line[]) => lines.slice(0, OFFICES_SHOWN);
      const rest = (lines: readonly unknown[]) => Math.max(0, lines.length - OFFICES_SHOWN);
      const { origins, destinations, lanes } = report;
      return {
        ...report,
        origins: cut(origins),
        destinations: cut(destinations),
        lanes: cut(lanes),
        left: { origins: rest(origins), destinations: rest(destinations), lanes: rest(lanes) },
      };
    });
  });

  app.get('/api/report.csv', async (request, reply) =>
    reply
      .headers(attachment('report.csv'))
      .type('text/csv; charset=utf-8')
      .send(reportCsv(await makeReport(periodIn(request)))),
  );

  app.get('/api/report.xlsx', async (request, reply) => {
    const report = await makeReport(periodIn(request));
    const { reportWorkbook } = await import('../../batches/roll-ups/report-workbook.ts');
    return reply
      .headers(attachment('report.xlsx'))
      .type(XLSX)
      .send(Buffer.from(await reportWorkbook(report)));
  });
}
