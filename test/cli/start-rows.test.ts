import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ended, workplace } from '../support/cli/workplace.ts';
import type { Ended } from '../support/cli/workplace.ts';
import { packageRoot } from '../../src/paths.ts';

const place = workplace();
afterAll(() => place.remove());

const TASK = ['--task', 'yamato_tracking_only'];

function written(name: string, content: string | Buffer): string {
  const path = join(place.folder, name);
  writeFileSync(path, content);
  return path;
}

/** `start -`, with this on standard input. */
function started(input: string | Buffer, ...args: string[]): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(packageRoot, 'bin/tsuiseki.js'), 'start', '-', ...args], {
    cwd: place.folder,
    env: { PATH, HOME, TSUISEKI_DATA_DIR: join(place.folder, 'data') },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return ended(child);
}

describe('start --dry-run of rows', () => {
  const CSV = 'a,b\n398004123005,\n番号,\n398004123005,\n';

  it('shows what each is understood as, numbered as in a sheet; equal ones are asked for once', async () => {
    const { code, out, err } = await place.run([
      'start',
      written('rows.csv', CSV),
      ...TASK,
      '--dry-run',
      '--json',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      rows: [
        { row: 2, state: 'pending', trackingNumber: '398004123005' },
        { row: 3, state: 'invalid', error: expect.any(String) },
        { row: 4, state: 'pending', trackingNumber: '398004123005' },
      ],
      counts: { total: 3, pending: 2, invalid: 1 },
      jobs: 1,
    });
  });

  it('may be of chosen rows', async () => {
    const args = [...TASK, '--dry-run', '--json', '--rows', '3'];
    const { out } = await place.run(['start', written('ROWS.CSV', CSV), ...args]);
    expect(JSON.parse(out)).toMatchObject({ rows: [{ row: 3 }], counts: { total: 1 } });
  });

  it.each([
    ['CSV', CSV],
    ['JSON', '\n [{"a":398004123005},{"a":"番号"},{"a":"398004123005"}]'],
  ])('takes %s from standard input', async (_, input) => {
    const { code, out, err } = await started(input, ...TASK, '--dry-run', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ counts: { total: 3, pending: 2, invalid: 1 }, jobs: 1 });
  });

  it('says on stderr which line was taken for the header where it looks like data', async () => {
    const { code, out, err } = await started('398004123005\n398004123016\n', ...TASK, '--dry-run', '--json');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'standard input: row 1 looks like data, but is never read: it is the header\n',
    });
    expect(JSON.parse(out)).toMatchObject({ counts: { total: 1 } });
  });
});

describe('rows that cannot be started are one line', () => {
  it.each<[string, string, string | Buffer | null, string[], number, string]>([
    ['without a task', 'a.csv', 'a\n1\n', [], 2, 'rows need --task, one of official_website_redirect'],
    ['of an unknown task, not there', 'none.csv', null, ['--task', 'bogus'], 2, 'unknown task "bogus"'],
    [
      'of a task that is never started',
      'a.json',
      '[]',
      ['--task', 'redirect_to_japan_post_tracking'],
      2,
      'never started from a workbook or from rows',
    ],
    ['not there', 'none.csv', null, TASK, 1, 'none.csv: no such file'],
    ['empty', 'empty.csv', '', TASK, 1, 'empty.csv is empty'],
    ['nothing but a mark and line ends', 'mark.csv', '\uFEFF\r\n\r\n', TASK, 1, 'mark.csv is empty'],
    ['empty JSON', 'empty.json', ' ', TASK, 1, 'empty.json is empty'],
    ['a workbook by the wrong name', 'x.csv', Buffer.from('504b030414', 'hex'), TASK, 1, '.xlsx'],
    ['CSV by the wrong name', 'x.json', 'a,b\n1,2\n', TASK, 1, 'x.json is no valid JSON'],
    ['too large', 'large.csv', Buffer.alloc(10 * 1024 * 1024 + 1, 'a\n'), TASK, 1, 'is larger than 10 MB'],
  ])('%s', async (_what, name, content, args, exitCode, text) => {
    const path = content === null ? join(place.folder, name) : written(name, content);
    const { code, out, err } = await place.run(['start', path, '--json', ...args]);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(err).toMatch(/^[^\n]+\n$/);
    expect(err).toContain(text);
  });

  it('a folder of that name', async () => {
    mkdirSync(join(place.folder, 'folder.csv'));
    const { code, err } = await place.run(['start', join(place.folder, 'folder.csv'), ...TASK]);
    expect(code).toBe(1);
    expect(err).toMatch(/^folder\.csv cannot be read: EISDIR[^\n]*\n$/);
  });

  it('a file on Nextcloud', async () => {
    const { code, err } = await place.run(['start', 'webdav:/rows.csv', ...TASK]);
    expect(code).toBe(2);
    expect(err).toMatch(/from a local file or from standard input/);
  });

  it('more than 10 MB on standard input', async () => {
    const { code, out, err } = await started(Buffer.alloc(11 * 1024 * 1024, '1\n'), ...TASK);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('standard input is larger than 10 MB; start it in parts\n');
  });
});
