import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { taskForPath, TRACKING_TASKS } from '../../src/tasks/registry.ts';
import { understandRow } from '../../src/tasks/understand-row.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { workplace } from '../support/cli/workplace.ts';
import { COLUMNS } from '../support/workbook/folder.ts';

const place = workplace();
afterAll(() => place.remove());
const folder = realpathSync(place.folder);

const FROM_FILES = TRACKING_TASKS.flatMap(({ name, filePrefix }) =>
  filePrefix === null ? [] : [[name, filePrefix] as const],
);

/** What was made, by what `--json` says of it. */
async function sample(...args: string[]) {
  const { code, out, err } = await place.run(['sample', ...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as { workbook: string; task: string; rows: number };
}

it('prints the path of a workbook that `start` takes without --task', async () => {
  const { code, out, err } = await place.run(['sample']);
  const path = join(folder, 'yamato_tracking_only', 'YTO-sample.xlsx');
  expect({ code, out, err }).toEqual({ code: 0, out: `${path}\n`, err: '' });
  const dryRun = await place.run(['start', path, '--dry-run', '--json']);
  expect({ code: dryRun.code, err: dryRun.err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(dryRun.out)).toMatchObject({ counts: { total: 25, pending: 25 } });
});

describe.concurrent('every task that is started from a file', () => {
  it.each(FROM_FILES)('%s: its rows are all understood', async (name, prefix) => {
    const { workbook, task, rows } = await sample(name, `kept/${name}/${prefix}1.xlsx`, '--rows', '11');
    expect({ task, rows }).toEqual({ task: name, rows: 11 });
    const told = taskForPath(workbook);
    expect(told.name).toBe(name);
    const sheet = await readWorkbook(workbook, { columns: COLUMNS });
    expect(sheet.rows).toHaveLength(11);
    for (const row of sheet.rows) expect(understandRow(told, row)).toMatchObject({ valid: true });
  });
});

describe.concurrent('one word', () => {
  it('that ends in .xlsx is the file, whose path tells the task', async () => {
    const made = await sample('old/yamato_tracking_10/YT10-a.xlsx', '--rows', '3');
    const workbook = join(folder, 'old', 'yamato_tracking_10', 'YT10-a.xlsx');
    expect(made).toEqual({ workbook, task: 'yamato_tracking_10', rows: 3 });
  });

  it('is the file of the usual task where its path tells none', async () => {
    const made = await sample('any.xlsx', '--rows', '1');
    expect(made).toEqual({ workbook: join(folder, 'any.xlsx'), task: 'yamato_tracking_only', rows: 1 });
  });

  it('otherwise is the task', async () => {
    const { workbook } = await sample('japan_post_tracking_10');
    expect(workbook).toBe(join(folder, 'japan_post_tracking_10', 'JPT10-sample.xlsx'));
  });
});

it.each([
  ['a workbook', 'YTO-mine.xlsx', () => writeFileSync(join(folder, 'YTO-mine.xlsx'), 'mine')],
  ['a folder', 'folder.xlsx', () => mkdirSync(join(folder, 'folder.xlsx'))],
])('%s that is there already is left alone: exit 1', async (_what, name, make) => {
  make();
  const { code, out, err } = await place.run(['sample', name]);
  const path = join(folder, name);
  const line = `${path} is there already: name another file, or remove it\n`;
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: line });
  if (name === 'YTO-mine.xlsx') expect(readFileSync(path, 'utf8')).toBe('mine');
});

describe.concurrent('wrong use: exit 2, one line, nothing made', () => {
  it.each([
    ['a task no workbook has', ['redirect_to_japan_post_tracking'], 'is never started from a workbook'],
    ['an unknown task', ['bogus'], 'unknown task "bogus"'],
    ['a file of another kind', ['yamato_tracking_only', 'none/a.csv'], "a sample's file name ends in .xlsx"],
    ['two files', ['none/a.xlsx', 'none/b.xlsx'], 'unknown task "none/b.xlsx"'],
    ['a path on WebDAV', ['webdav:/none/YTO-1.xlsx'], 'name a local path'],
    ['no rows', ['none/a.xlsx', '--rows', '0'], 'a whole number from 1 to 100000'],
  ])('%s', async (_what, args, text) => {
    const { code, out, err } = await place.run(['sample', ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^[^\n]+\n$/);
    expect(err).toContain(text);
    for (const name of ['none', 'webdav:']) expect(existsSync(join(folder, name))).toBe(false);
  });
});
