import { describe, expect, it } from 'vitest';
import { adoptLines } from '../../../src/batches/adopt/adopt-file.ts';

const HEADER = 'custom_id,scrapingjob_id,task,workbook,a,b';
const TASK = 'official_website_tracking';
const REDIRECT = 'official_website_redirect_to_yamato_tracking';

const read = (text: string) => adoptLines(text, 'jobs.csv');
const refusal = (...lines: string[]): { code: string; message: string } => {
  try {
    read([HEADER, ...lines].join('\n'));
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('it was taken');
};

describe('a file of another system’s jobs', () => {
  it('has a line a row; many rows may share a job', () => {
    expect(read(`${HEADER}\nc-1,500,${TASK},/a.xlsx,W1,x@y.jp\nc-1,500,${TASK},/a.xlsx,W2,\n`)).toMatchObject(
      [
        { line: 2, customId: 'c-1', scrapingJobId: 500, task: { name: TASK }, workbook: '/a.xlsx', a: 'W1' },
        { line: 3, customId: 'c-1', scrapingJobId: 500, jobTask: TASK, a: 'W2', b: '' },
      ],
    );
  });

  it('may have its columns in any order, beside others, and rows without a workbook', () => {
    const text = `B;A;Task;Note;Workbook;ScrapingJob_ID;Custom_ID\r\n;183792779166;japan_post_tracking_10;?; ; 7 ; c 1 \r\n`;
    expect(read(text)).toMatchObject([
      { customId: 'c 1', scrapingJobId: 7, workbook: null, a: '183792779166', b: '' },
    ]);
  });

  it('tells lines as an editor does, blank ones and line breaks in cells included', () => {
    const text = `${HEADER}\n\nc-1,1,${TASK},,"W1\r\n2",\n,,,,,\nc-2,2,${TASK},,W3,\n`;
    expect(read(text).map(({ line }) => line)).toEqual([3, 6]);
  });

  it('a job that was redirected already is the redirect’s, of the workbook’s task', () => {
    const [line] = read(`${HEADER}\nrtjpt-from-owryt-9,9,${REDIRECT},,https://a.example/1,\n`);
    expect(line).toMatchObject({ task: { name: REDIRECT }, jobTask: 'redirect_to_japan_post_tracking' });
  });
});

describe('one line says what is wrong, and where', () => {
  const GOOD = `c-1,500,${TASK},/a.xlsx,W1,x@y.jp`;
  it.each<[string, string[], RegExp]>([
    ['no line', [], /^jobs\.csv has no line below its header/],
    ['no custom_id', [GOOD, `,1,${TASK},,W1,`], /^line 3: the custom_id has to be 1 to 255 characters/],
    ['one of 256 characters', [`${'c'.repeat(256)},1,${TASK},,W1,`], /^line 2: the custom_id/],
    ['one with a tab in it', [`"c\td",1,${TASK},,W1,`], /^line 2: the custom_id/],
    [
      'one of ours',
      [`owt-261124-k3m9qx-1,1,${TASK},,W1,`],
      /^line 2: custom_id "owt-261124-k3m9qx-1" is one of ours/,
    ],
    ['one of ours, redirected', [`rtjpt-from-owt-261124-k3m9qx-1,1,${TASK},,W1,`], /is one of ours/],
    ['no job', [`c-1,,${TASK},,W1,`], /^line 2: scrapingjob_id "" is no whole number of 1 to 15 digits/],
    ['job 0', [`c-1,0,${TASK},,W1,`], /^line 2: scrapingjob_id "0"/],
    ['a job that Excel has rounded', [`c-1,5.1E+15,${TASK},,W1,`], /^line 2: scrapingjob_id "5\.1E\+15"/],
    ['a job of 16 digits', [`c-1,1234567890123456,${TASK},,W1,`], /^line 2: scrapingjob_id/],
    ['an empty row', [`c-1,1,${TASK},,,`], /^line 2: a and b are empty/],
    [
      'a job with another custom_id',
      [GOOD, `c-2,500,${TASK},/a.xlsx,W2,`],
      /^line 3: scraping job 500 has another custom_id in line 2/,
    ],
    [
      'a job of another workbook',
      [GOOD, '', `c-1,500,${TASK},/b.xlsx,W2,`],
      /^line 4: scraping job 500 has another workbook in line 2/,
    ],
    [
      'a job of another task',
      [GOOD, 'c-1,500,yamato_tracking_only,/a.xlsx,398004123005,'],
      /^line 3: scraping job 500 has another task in line 2/,
    ],
    [
      'a custom_id of two jobs',
      [GOOD, `c-1,501,${TASK},/a.xlsx,W2,`],
      /^line 3: custom_id "c-1" has another scraping job in line 2/,
    ],
    [
      'a task without scraping jobs',
      ['c-1,1,yamato_tracking_10,,398004123005,'],
      /^line 2: yamato_tracking_10 asks yamato itself and has no scraping jobs/,
    ],
  ])('%s', (_, lines, told) => {
    const { code, message } = refusal(...lines);
    expect(code).toBe('ADOPT_REFUSED');
    expect(message).toMatch(told);
    expect(message).toMatch(/; nothing was adopted$/);
    expect(message).not.toMatch(/\n|x@y/);
  });

  it.each([
    ['unknown', 'bogus', 'TASK_UNKNOWN', /^line 2: unknown task "bogus": one of official_website_redirect/],
    ['none', '', 'TASK_UNKNOWN', /^line 2: unknown task ""/],
    [
      'never a workbook’s',
      'redirect_to_japan_post_tracking',
      'TASK_NO_URLS',
      /^line 2: redirect_to_japan_post_tracking is never started/,
    ],
  ])('a task that is %s', (_, task, code, told) => {
    expect(refusal(`c-1,1,${task},,W1,`)).toMatchObject({ code, message: expect.stringMatching(told) });
  });

  it('a header that lacks columns', () => {
    expect(() => read('custom_id,job,a\nc,1,2\n')).toThrow(
      /^jobs\.csv: line 1: the header names no scrapingjob_id, task, workbook, b; it has to name custom_id,/,
    );
  });

  it('what is no CSV', () => {
    expect(() => read(`${HEADER}\n"c`)).toThrow(/^jobs\.csv: line 2 cannot be read/);
  });
});
