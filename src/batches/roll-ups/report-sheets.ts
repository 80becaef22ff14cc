import type { Report, TaskLine, Transit } from './report.ts';

/** What stands in a column: `part` of one, hours, seconds, or how many. */
export type ColumnKind = 'text' | 'count' | 'part' | 'seconds' | 'hours';

export interface ReportColumn {
  key: string;
  kind: ColumnKind;
  /** Marked where it is below, or above, this. */
  mustReach?: { least: number } | { most: number };
  /** Shown as a bar beside its number. */
  isBar?: true;
}

/** One question and its answer, as a table. */
export interface ReportSheet {
  name: string;
  question: string;
  columns: readonly ReportColumn[];
  records: readonly Readonly<Record<string, string | number | null>>[];
}

const text = (key: string): ReportColumn => ({ key, kind: 'text' });
const count = (key: string): ReportColumn => ({ key, kind: 'count' });
const bar = (key: string): ReportColumn => ({ key, kind: 'count', isBar: true });

/** The team's targets: of rows that ended, those completed; and from webhook to database. Neither is missed at its edge. */
const LEAST_SUCCESS = 0.95;
const MOST_DELAY_S = 60;

const TASK_COLUMNS: readonly ReportColumn[] = [
  text('task'),
  ...['batches', 'rows', 'completed', 'failed', 'invalid'].map(count),
  { key: 'success', kind: 'part', mustReach: { least: LEAST_SUCCESS } },
  ...['delivered', 'fromRecord', 'byHand', 'callsSaved', 'calls', 'requests'].map(count),
  { key: 'delayMedian', kind: 'seconds' },
  { key: 'delayP95', kind: 'seconds', mustReach: { most: MOST_DELAY_S } },
  { key: 'delayLongest', kind: 'seconds' },
];

const DAY_COLUMNS: readonly ReportColumn[] = [
  text('day'),
  ...['batches', 'rows', 'completed', 'failed', 'invalid'].map(count),
  { key: 'success', kind: 'part', mustReach: { least: LEAST_SUCCESS } },
  ...['fromRecord', 'byHand', 'callsSaved', 'calls', 'requests'].map(count),
  ...['delivered', 'firstAttempt', 'returned'].map(count),
];

const PARCEL_COLUMNS: readonly ReportColumn[] = [
  bar('delivered'),
  count('firstAttempt'),
  { key: 'firstAttemptPart', kind: 'part' },
  count('returned'),
  { key: 'transitMean', kind: 'hours' },
  { key: 'transitMedian', kind: 'hours' },
  { key: 'transitP90', kind: 'hours' },
];

const partOf = (some: number, all: number): number | null => (all === 0 ? null : some / all);

function parcelFields(line: {
  delivered: number;
  firstAttempt: number;
  returned: number;
  transit: Transit | null;
}) {
  const { delivered, firstAttempt, returned, transit } = line;
  return {
    delivered,
    firstAttempt,
    firstAttemptPart: partOf(firstAttempt, delivered),
    returned,
    transitMean: transit?.meanHours ?? null,
    transitMedian: transit?.medianHours ?? null,
    transitP90: transit?.p90Hours ?? null,
  };
}

function taskFields({ webhookDelayS, ...line }: TaskLine) {
  return {
    ...line,
    success: partOf(line.completed, line.completed + line.failed),
    delayMedian: webhookDelayS?.median ?? null,
    delayP95: webhookDelayS?.p95 ?? null,
    delayLongest: webhookDelayS?.longest ?? null,
  };
}

const officeSheet = (name: string, question: string, lines: Report['origins']): ReportSheet => ({
  name,
  question,
  columns: [text('carrier'), text('office'), ...PARCEL_COLUMNS],
  records: lines.map(({ carrier, office, ...line }) => ({ carrier, office, ...parcelFields(line) })),
});

/** The report as tables, a question each: for a terminal, a CSV file and a workbook alike. */
export function reportSheets(report: Report): ReportSheet[] {
  return [
    {
      name: 'Tasks',
      question: 'What was looked up, how did it end, and what did it cost?',
      columns: TASK_COLUMNS,
      records: report.tasks.map(taskFields),
    },
    {
      name: 'Reasons',
      question: 'Why have rows no result?',
      columns: [text('task'), text('state'), text('reason'), bar('rows')],
      records: report.reasons.map((line) => ({ ...line })),
    },
    {
      name: 'Calls',
      question: 'What were calls and requests made for?',
      columns: [text('task'), text('kind'), bar('calls')],
      records: report.calls.map((line) => ({ ...line })),
    },
    {
      name: 'Days',
      question: 'How did it go from day to day? (for a chart: choose the columns you want)',
      columns: DAY_COLUMNS,
      records: report.days.map((line) => ({
        ...line,
        success: partOf(line.completed, line.completed + line.failed),
      })),
    },
    {
      name: 'Carriers',
      question: 'How long do parcels take, do they arrive at the first attempt, and which do not arrive?',
      columns: [
        text('carrier'),
        ...PARCEL_COLUMNS,
        count('open'),
        { ...count('stalled'), mustReach: { most: 0 } },
      ],
      records: report.carriers.map(({ carrier, open, stalled, ...line }) => ({
        carrier,
        ...parcelFields(line),
        open,
        stalled,
      })),
    },
    officeSheet('Origins', 'How long do parcels take from where they are sent?', report.origins),
    officeSheet('Destinations', 'How long do parcels take to where they go?', report.destinations),
    {
      name: 'Lanes',
      question: 'How long do parcels take from one office to the other?',
      columns: [text('carrier'), text('from'), text('to'), ...PARCEL_COLUMNS],
      records: report.lanes.map(({ carrier, from, to, ...line }) => ({
        carrier,
        from,
        to,
        ...parcelFields(line),
      })),
    },
    {
      name: 'Open',
      question: 'How many parcels were still on their way, and how many of these silent for five days?',
      columns: [text('day'), text('carrier'), bar('open'), { ...count('stalled'), mustReach: { most: 0 } }],
      records: report.open.map((line) => ({ ...line })),
    },
  ];
}
