import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '@temporalio/client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { expectedText } from '../../src/sandbox/index.ts';
import { columnsOf, subjectsPerJobOf, withSitemap } from '../../src/settings/by-task.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { planSubjects } from '../../src/tasks/plan-subjects.ts';
import { belongsToTask, taskByName, taskForPath, taskOfCustomId } from '../../src/tasks/registry.ts';
import type { TaskEntry } from '../../src/tasks/task-entry.ts';
import { understandRow } from '../../src/tasks/understand-row.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { startBatch } from '../../src/temporal/start-batch.ts';
import { parseResultCsv } from '../../src/webscraper/csv.ts';
import { jobsOf, rowsOf } from '../support/activities/batch.ts';
import { oneRound } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { webscraperTask } from '../support/tasks/webscraper-task.ts';
import {
  columnC,
  newWorkbookPath,
  removeWorkbooksAfterEach,
  saveWorkbook,
} from '../support/workbook/workbook-file.ts';

// What adding a task takes: its entry, and a parser where its result has a new shape.
vi.mock(import('../../src/tasks/entries.ts'), async (importOriginal) => {
  const { TASK_ENTRIES } = await importOriginal();
  const { fieldOf, lastWith } = await import('../../src/tasks/fields.ts');
  const { judged } = await import('../../src/tasks/parsers/history-result.ts');
  const added = {
    yamato_office_tracking: {
      folderKeyword: 'yamato_office_tracking',
      filePrefix: 'YOF-',
      customIdPrefix: 'yof',
      numberShape: 'yamato',
      lookup: {
        by: 'webscraper',
        sitemapId: 777,
        urlTemplate: 'https://offices.example/?id={tracking_number}',
        numbersPerUrl: 1,
        redirectsTo: null,
        resultColumns: ['data2', 'name'],
        parse: (records, row, scrapedAt, learnt) => {
          const last = lastWith(records, 'data2');
          if (last === null) return null;
          const text = `at ${fieldOf(last, 'name')}`;
          return judged(
            { carrier: 'yamato', records, scrapedAt, learnt },
            { text, ...row, statusText: null },
          );
        },
      },
    },
    yamato_tracking_3: {
      folderKeyword: 'yamato_tracking_3',
      filePrefix: 'YT3-',
      customIdPrefix: 'yt3',
      numberShape: 'yamato',
      lookup: { by: 'carrier', carrier: 'yamato', numbersPerRequest: 3 },
    },
  } satisfies Record<string, TaskEntry>;
  return { TASK_ENTRIES: { ...TASK_ENTRIES, ...added } };
});

const SITEMAP = webscraperTask('yof').lookup.sitemapId;
const stageWith = useStage();
removeWorkbooksAfterEach();

const started: { workflow: string; taskQueue: string }[] = [];
beforeEach(() => {
  started.length = 0;
});

/** Temporal, as far as a start knows it. */
const client = {
  withDeadline: (_deadline: unknown, run: () => unknown) => run(),
  workflow: {
    start: async (workflow: string, { taskQueue }: { taskQueue: string }) => {
      started.push({ workflow, taskQueue });
      return { firstExecutionRunId: 'run' };
    },
  },
} as unknown as Client;

const numbers = Array.from({ length: 4 }, (_, index) => withCheckDigit(39_800_412_300 + 37 * index));

/** Starts a batch for a workbook with these numbers in column B, its task told by its path, and reads it. */
async function startAndRead(stage: Stage, prefix: string, task: string) {
  const workbook = join(dirname(await newWorkbookPath()), task, `${prefix}-1.xlsx`);
  await mkdir(dirname(workbook));
  await saveWorkbook(
    numbers.map((number) => ['', number]),
    workbook,
  );
  const settings = readSettings({ COLUMNS: `${prefix.toLowerCase()}=B,A,D` });
  const { database, files } = stage;
  const request = { workbook, task: null, rows: null, fresh: false, by: 'mika' };
  const { batchId } = await startBatch({ database, files, client, settings }, request);
  await stage.run(stage.activities.readWorkbook, { batchId });
  return { batchId, workbook };
}

describe('a task that Web Scraper is asked for, added by an entry and a parser', () => {
  it('is found by name, path and custom_id', () => {
    const path = '/files/yamato_office_tracking/YOF-20260116.xlsx';
    expect(belongsToTask(path)).toBe(true);
    expect(taskForPath(path)).toBe(taskByName('yamato_office_tracking'));
    expect(taskOfCustomId('yof-260115-abc123-1')).toBe(taskForPath(path));
    expect(() => taskByName('')).toThrow('yamato_office_tracking');
  });

  it('has settings of its own', () => {
    const task = taskByName('yamato_office_tracking');
    const given = readSettings({ SITEMAP_IDS: 'yof=5', COLUMNS: 'yof=B,C,H', URLS_PER_JOB: '1,yof=20' });
    expect(withSitemap(given, task).lookup).toMatchObject({ sitemapId: 5 });
    expect(columnsOf(given, task)).toEqual({ input: 'B', email: 'C', result: 'H', status: null });
    expect(subjectsPerJobOf(given, task)).toBe(20);
    expect(withSitemap(readSettings({ SITEMAP_IDS: 'owt=5' }), task).lookup).toMatchObject({
      sitemapId: SITEMAP,
    });
  });

  it('has its rows read and planned', () => {
    const task = taskByName('yamato_office_tracking');
    const read = (input: string) => understandRow(task, { input, inputUrl: null, email: '' });
    const readings = ['1837-9277-9166', '12345', '183792779166'].map(read);
    expect(readings[1]).toMatchObject({ valid: false });
    expect(planSubjects(task, readings)).toEqual([
      {
        subject: 'https://offices.example/?id=183792779166',
        rowIndexes: [0, 2],
        trackingNumbers: ['183792779166'],
      },
    ]);
  });

  it('has its CSV told from others', () => {
    const { name, lookup } = webscraperTask('yof');
    const task = { name, resultColumns: lookup.resultColumns };
    const csv = 'web-scraper-order,web-scraper-start-url';
    expect(parseResultCsv(`${csv},data2\n1-1,u,x`, { task })).toMatchObject([{ data2: 'x' }]);
    expect(() => parseResultCsv(`${csv},price\n1-1,u,x`, { task })).toThrow(
      expect.objectContaining({
        code: 'CSV_NO_TASK_COLUMNS',
        message: expect.stringContaining('yamato_office_tracking') as string,
      }),
    );
  });

  it('goes from its start to the workbook', async () => {
    const day = new Date();
    const sandbox = { datesFrom: day, sitemaps: { yamato_tracking_only: SITEMAP } };
    const stage = await stageWith({ sandbox });
    const { batchId, workbook } = await startAndRead(stage, 'YOF', 'yamato_office_tracking');
    expect(started).toEqual([{ workflow: 'TrackingBatchWorkflow', taskQueue: QUEUES.tracking_batch }]);
    await oneRound(stage, batchId);
    await stage.run(stage.activities.writeBack, { batchId });
    const rows = await rowsOf(stage, batchId);
    const offices = rows.map(({ url, trackingNumber: number }) => {
      const [, , office] = (expectedText('yamato_tracking_only', url, number, { day }) ?? '').split('｜｜｜');
      return `at ${office}`;
    });
    expect(new Set(offices).size).toBeGreaterThan(1);
    expect(rows.map(({ source }) => source)).toEqual(numbers.map(() => 'webscraper'));
    expect(await columnC(workbook, 'D')).toEqual(offices);
    expect((await jobsOf(stage, batchId))[0]).toMatchObject({
      customId: `yof-${batchId}-1`,
      sitemapId: SITEMAP,
      carrier: null,
    });
  });
});

it('a task that asks its carrier, added by an entry alone, goes from its start to the workbook', async () => {
  const day = new Date();
  const stage = await stageWith({ sandbox: { datesFrom: day } });
  const { batchId, workbook } = await startAndRead(stage, 'YT3', 'yamato_tracking_3');
  expect(started).toEqual([{ workflow: 'YamatoBatchWorkflow', taskQueue: QUEUES.yamato_tracking_10 }]);
  for (;;) {
    const { next } = await batchFigures(stage.db, batchId);
    if (next === null) break;
    await stage.run(stage.activities.askGroup, { batchId, jobId: next.jobId, pauseShare: 0 });
  }
  await stage.run(stage.activities.writeBack, { batchId });
  expect(stage.sandbox.yamatoRequests().map((request) => request.numbers)).toEqual([
    numbers.slice(0, 3),
    numbers.slice(3),
  ]);
  const expected = numbers.map((number) => expectedText('yamato_tracking_10', null, number, { day }));
  expect(await columnC(workbook, 'D')).toEqual(expected);
  expect((await jobsOf(stage, batchId)).map(({ sitemapId, carrier }) => ({ sitemapId, carrier }))).toEqual([
    { sitemapId: null, carrier: 'yamato' },
    { sitemapId: null, carrier: 'yamato' },
  ]);
});
