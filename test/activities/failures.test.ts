import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { asFailure } from '../../activities/failures.ts';
import { FileError } from '../../src/files/types.ts';
import { TaskError } from '../../src/tasks/types.ts';
import { ApiError } from '../../src/webscraper/api-error.ts';
import { CsvError } from '../../src/webscraper/csv.ts';
import { WorkbookError } from '../../src/workbook/types.ts';
import { batchOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();

it.each([
  [new WorkbookError('WORKBOOK_ENCRYPTED', 'a.xlsx is encrypted'), true],
  [new WorkbookError('WORKBOOK_DAMAGED', 'a.xlsx is damaged'), true],
  [new WorkbookError('WORKBOOK_CRASHED', 'a.xlsx killed its reader'), false],
  [new FileError('FILE_NOT_FOUND', '/a.xlsx is not there'), true],
  [new FileError('FILE_CHANGED', '/a.xlsx was changed'), false],
  [new FileError('FILE_LOCKED', '/a.xlsx is in use'), false],
  [new ApiError('API_SERVER_ERROR', 'Web Scraper Cloud answered 500 to a publish'), false],
  [new CsvError('CSV_IS_HTML', 'expected a CSV, got HTML'), false],
  [new TaskError('TASK_NO_URLS', 'yamato_tracking_10 has no start URLs'), true],
])('%s: its code is the type, its line the text', (error, nonRetryable) => {
  const failure = asFailure(error);
  expect(failure).toMatchObject({ type: error.code, message: error.message, nonRetryable, cause: undefined });
});

it('a workbook that kills its reader again and again is a final failure', () => {
  const error = new WorkbookError('WORKBOOK_CRASHED', 'a.xlsx killed its reader');
  expect([1, 2, 3].map((attempt) => asFailure(error, attempt))).toMatchObject([
    { nonRetryable: false },
    { nonRetryable: false },
    { nonRetryable: true },
  ]);
});

it.each([new TypeError('no such batch'), 'a text', 7, null, undefined, {}])('%s is unexpected', (thrown) => {
  expect(asFailure(thrown)).toMatchObject({ type: 'UNEXPECTED', nonRetryable: false });
});

it('a failure of Temporal’s own passes as it is', () => {
  const failure = new CancelledFailure('cancelled');
  expect(asFailure(failure)).toBe(failure);
});

describe('what must not stand in a history', () => {
  it.each([
    ['https://store.apple.com/go/jp/vieworder/W1/a.b+c@d.jp?x=1', 'https://store.apple.com/…'],
    ['to a.b+c@d.jp, please', 'to …@…, please'],
    ['GET https://api.example.jp/api/v1/scraping-job?api_token=abc', 'GET https://api.example.jp/…'],
    ['api_token=abc&page=1', 'api_token=***&page=1'],
    ['postgres://parcel:secret@db:5432/parcels refused', 'postgres://…@…/parcels refused'],
    ['https://user:secret@cloud.example.jp/a', 'https://…@…/…'],
  ])('%s', (text, told) => {
    expect(asFailure(new Error(text)).message).toBe(told);
  });

  it('text over 500 characters is cut, lines become one', () => {
    const { message } = asFailure(new Error(`a\n  b${'c'.repeat(2_000)}`));
    expect(message).toHaveLength(500);
    expect(message).toMatch(/^a bc+…$/);
  });

  it('a failed query’s parameters', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', ['https://a.example/W1/a@b.jp']);
    await stage.database.sql`alter table rows rename column tracking_number to renamed`;
    const failure = await stage.run(stage.activities.writeBack, { batchId }).catch((error: unknown) => error);
    await stage.database.sql`alter table rows rename column renamed to tracking_number`;
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect((failure as ApplicationFailure).message).toBe('column "tracking_number" does not exist');
  });
});
