import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { workplace } from '../support/cli/workplace.ts';

const place = workplace();
const folder = join(place.folder, 'yamato_tracking_only');

beforeAll(() => mkdirSync(folder));
afterAll(() => place.remove());

/** The beginning of an OLE container, which is what Excel wraps an encrypted workbook in. */
const OLE = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);

describe('start --dry-run', () => {
  it('shows what each row is understood as, what it would cost, and starts nothing', async () => {
    const path = join(folder, 'YTO-1.xlsx');
    await writeSampleWorkbook(path, { task: 'yamato_tracking_only', rows: 2, invalidRow: true });
    const { code, out, err } = await place.run(['start', path, '--dry-run', '--json'], {
      PUBLISH_INTERVAL: '6s',
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toHaveLength(2);
    const plan = JSON.parse(out) as { rows: unknown[] };
    expect(plan).toMatchObject({
      counts: { total: 3, pending: 2, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 1 },
      jobs: 2,
      calls: 4,
      credits: 2,
      estimatedSeconds: expect.any(Number),
    });
    expect(plan.rows[0]).toEqual({
      row: 2,
      input: '398004123005',
      url: 'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=398004123005',
      state: 'pending',
      source: null,
      customId: null,
      scrapingJobId: null,
      trackingNumber: '398004123005',
      status: null,
      statusText: null,
      result: null,
      error: null,
      subStatus: null,
      notRegisteredDay: null,
      carrierHint: null,
      warnings: [],
      reason: null,
    });
    expect(plan.rows[2]).toMatchObject({ row: 4, state: 'invalid', url: null, error: expect.any(String) });
  });

  it('is a table for people, of the rows chosen', async () => {
    const path = join(folder, 'YTO-2.xlsx');
    await writeSampleWorkbook(path, { task: 'yamato_tracking_only', rows: 3 });
    const { code, out } = await place.run(['start', path, '--dry-run', '--rows', '3']);
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toMatch(/^3 {4}pending/);
    expect(out).toContain('1 rows, 0 invalid: 1 jobs, 2 calls');
  });

  it('of numbers asked of Yamato directly costs no calls: ten a request, a mean pause each', async () => {
    const own = join(place.folder, 'yamato_tracking_10');
    mkdirSync(own);
    const path = join(own, 'YT10-1.xlsx');
    await writeSampleWorkbook(path, { task: 'yamato_tracking_10', rows: 35, invalidRow: true });
    const { code, out } = await place.run(['start', path, '--dry-run', '--json'], {
      YAMATO_PAUSE_MIN: '1s',
      YAMATO_PAUSE_MAX: '50s',
    });
    expect(code).toBe(0);
    const plan = JSON.parse(out) as { rows: unknown[] };
    expect(plan).toMatchObject({
      counts: { total: 36, pending: 35, invalid: 1 },
      jobs: 4,
      calls: 0,
      credits: 0,
      estimatedSeconds: 102,
    });
    expect(plan.rows[0]).toMatchObject({ state: 'pending', url: null, trackingNumber: '482109071500' });
  });

  it('of a workbook with only a header is nothing to do', async () => {
    const path = join(folder, 'YTO-3.xlsx');
    await writeSampleWorkbook(path, { task: 'yamato_tracking_only', rows: 0 });
    const { code, out } = await place.run(['start', path, '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rows: [], counts: { total: 0 }, jobs: 0, calls: 0 });
  });
});

describe('what cannot be started is one line', () => {
  it.each<[string, string, Buffer | null, string[], number, string]>([
    ['not there', 'YTO-none.xlsx', null, [], 1, 'YTO-none.xlsx: no such file'],
    ['a folder that is not there', 'none/YTO-1.xlsx', null, [], 1, 'none/YTO-1.xlsx: no such file'],
    ['no workbook', 'YTO-text.xlsx', Buffer.from('a,b,c\n'), [], 1, 'YTO-text.xlsx'],
    ['empty', 'YTO-empty.xlsx', Buffer.alloc(0), [], 1, 'YTO-empty.xlsx'],
    ['encrypted', 'YTO-locked.xlsx', OLE, [], 1, 'YTO-locked.xlsx'],
    [
      'a zip that was cut off',
      'YTO-cut.xlsx',
      Buffer.from('504b0304140000000800', 'hex'),
      [],
      1,
      'YTO-cut.xlsx',
    ],
    ['of no task', 'other.xlsx', Buffer.from('x'), [], 2, 'no task matches'],
    ['of an unknown task', 'YTO-x.xlsx', Buffer.from('x'), ['--task', 'bogus'], 2, 'unknown task "bogus"'],
    ['of an unknown task and not there', 'none.xlsx', null, ['--task', 'bogus'], 2, 'unknown task "bogus"'],
    [
      'of a task that no workbook has',
      'YTO-y.xlsx',
      Buffer.from('x'),
      ['--task', 'redirect_to_japan_post_tracking'],
      2,
      'never started from a workbook',
    ],
  ])('%s', async (_what, name, content, args, exitCode, text) => {
    const path = join(folder, name);
    if (content !== null) writeFileSync(path, content);
    const { code, out, err } = await place.run(['start', path, '--dry-run', '--json', ...args]);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(err).toMatch(/^[^\n]+\n$/);
    expect(err).toContain(text);
  });
});
