import { execFileSync, fork } from 'node:child_process';
import type * as ChildProcess from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { builtFile } from '../../../src/paths.ts';
import { patchWorkbookApart, readWorkbookApart } from '../../../src/workbook/apart/apart.ts';
import type { ApartOptions } from '../../../src/workbook/apart/apart.ts';
import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { COLUMNS, editOf, testFolder } from '../../support/workbook/folder.ts';
import { writeRawWorkbook } from '../../support/workbook/raw-workbook.ts';

const children = vi.hoisted(() => [] as ChildProcess.ChildProcess[]);
vi.mock(import('node:child_process'), async (original) => {
  const real = await original();
  const watched = (...args: Parameters<typeof real.fork>): ChildProcess.ChildProcess => {
    const child = real.fork(...args);
    children.push(child);
    return child;
  };
  return { ...real, fork: watched as typeof real.fork };
});

const { folder, path } = testFolder();

/** Whoever called is done: no child may be left. */
afterEach(() => {
  for (const { pid } of children.splice(0)) expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
});

async function expectNothingAt(target: string): Promise<void> {
  for (const left of [target, `${target}.part`]) await expect(access(left)).rejects.toThrow('ENOENT');
}

function manyRows(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index + 2);
  return numbers
    .map(
      (row) =>
        `<row r="${row}"><c r="A${row}" t="inlineStr"><is><t>W${row}${'x'.repeat(100)}</t></is></c></row>`,
    )
    .join('');
}

describe('in a process of its own', () => {
  it.each(['libreoffice.xlsx', 'openpyxl.xlsx', 'rich.xlsm', 'default-password.xlsx', 'signed.xlsx'])(
    '%s is read the same',
    async (name) => {
      const source = `test/fixtures/workbooks/${name}`;
      expect(await readWorkbookApart(source, { columns: COLUMNS })).toEqual(
        await readWorkbook(source, { columns: COLUMNS }),
      );
    },
  );

  it('a workbook of several messages is read and patched the same', async () => {
    const source = await writeRawWorkbook(folder(), { rows: manyRows(4001) });
    const content = await readWorkbookApart(source, { columns: COLUMNS });
    expect(content).toEqual(await readWorkbook(source, { columns: COLUMNS }));
    expect(content.rows).toHaveLength(4001);

    const edits = content.rows.map((row) => editOf(row, `完了 ${row.row}`));
    const report = await patchWorkbookApart(source, path('apart.xlsx'), { columns: COLUMNS, edits });
    expect(report).toEqual(await patchWorkbook(source, path('here.xlsx'), { columns: COLUMNS, edits }));
    expect(report.outcomes).toHaveLength(4001);
    expect(await readFile(path('apart.xlsx'))).toEqual(await readFile(path('here.xlsx')));
    await expect(access(path('apart.xlsx.part'))).rejects.toThrow('ENOENT');
  });

  it('notes come with the report, and a setting goes with the job', async () => {
    const source = 'test/fixtures/workbooks/signed.xlsx';
    const { rows } = await readWorkbookApart(source, { columns: COLUMNS });
    const edits = rows.map((row) => editOf(row, '完了'));
    const report = await patchWorkbookApart(source, path('signed.xlsx'), { columns: COLUMNS, edits });
    expect(report.notes).toHaveLength(1);
    const options = { columns: COLUMNS, signedWorkbooks: 'refuse' as const };
    const refused = { code: 'WORKBOOK_SIGNED' };
    await expect(readWorkbookApart(source, options)).rejects.toMatchObject(refused);
    await expect(
      patchWorkbookApart(source, path('refused.xlsx'), { ...options, edits }),
    ).rejects.toMatchObject(refused);
  });

  it('a patch without edits ends, too', async () => {
    const source = 'test/fixtures/workbooks/openpyxl.xlsx';
    const target = path('no-edits.xlsx');
    const report = await patchWorkbookApart(source, target, { columns: COLUMNS, edits: [] });
    expect(report).toEqual({ sheet: 'Orders', outcomes: [], notes: [] });
    expect(await readFile(target)).toEqual(await readFile(source));
  });

  it('an error is the same, its code and its line', async () => {
    const source = path('nowhere.xlsx');
    const options = { columns: COLUMNS, name: '荷物.xlsx' };
    const error: unknown = await readWorkbook(source, options).catch((reason: unknown) => reason);
    const { code, message } = error as { code: string; message: string };
    await expect(readWorkbookApart(source, options)).rejects.toMatchObject({
      name: 'WorkbookError',
      code,
      message,
    });
    const target = path('failed.xlsx');
    await expect(patchWorkbookApart(source, target, { ...options, edits: [] })).rejects.toMatchObject({
      code,
      message,
    });
    await expectNothingAt(target);
  });

  it('what is wrong with the columns or the target is told before', async () => {
    const columns = { ...COLUMNS, result: 'A' };
    await expect(readWorkbookApart('x', { columns })).rejects.toThrow(RangeError);
    const source = await writeRawWorkbook(folder(), {}, 'onto-itself.xlsx');
    await expect(patchWorkbookApart(source, source, { columns: COLUMNS, edits: [] })).rejects.toThrow(
      RangeError,
    );
    await access(source);
    expect(children).toEqual([]);
  });
});

describe('a process that is stopped', () => {
  /** A child that cannot go on: it waits for the other end of a pipe with a name. */
  const stuck = {
    read: (options: ApartOptions) => {
      const pipe = path(`pipe-${Math.random()}`);
      execFileSync('mkfifo', [pipe]);
      return readWorkbookApart(pipe, { columns: COLUMNS, name: '荷物.xlsx', ...options });
    },
    patch: async (options: ApartOptions) => {
      const source = await writeRawWorkbook(folder(), { rows: manyRows(3) }, 'stuck.xlsx');
      const { rows } = await readWorkbook(source, { columns: COLUMNS });
      const edits = rows.map((row) => editOf(row, '完了'));
      const target = path('stuck-target.xlsx');
      execFileSync('mkfifo', [`${target}.part`]);
      try {
        return await patchWorkbookApart(source, target, {
          columns: COLUMNS,
          edits,
          name: '荷物.xlsx',
          ...options,
        });
      } finally {
        await expectNothingAt(target);
        await access(source);
      }
    },
  };

  describe.each(['read', 'patch'] as const)('while it is to %s', (kind) => {
    it('by its time limit', async () => {
      await expect(stuck[kind]({ child: { timeoutMs: 50 } })).rejects.toMatchObject({
        code: 'WORKBOOK_TIMEOUT',
        message: '荷物.xlsx took longer than 0.05 s: given up',
      });
    });

    it('by a signal, with its reason', async () => {
      const reason = new Error('the batch was cancelled');
      const controller = new AbortController();
      const run = stuck[kind]({ signal: controller.signal });
      await vi.waitUntil(() => children.length === 1, { interval: 5, timeout: 15_000 });
      controller.abort(reason);
      await expect(run).rejects.toBe(reason);
    });

    it('from outside', async () => {
      const run = stuck[kind]({});
      await vi.waitUntil(() => children.length === 1, { interval: 5, timeout: 15_000 });
      children[0]!.kill('SIGKILL');
      await expect(run).rejects.toMatchObject({
        code: 'WORKBOOK_CRASHED',
        message: '荷物.xlsx could not be handled: its process was killed by SIGKILL',
      });
    });

    it('by a signal that came before: none is started', async () => {
      const reason = new Error('too late');
      await expect(stuck[kind]({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(children).toEqual([]);
    });
  });

  it('by its memory limit, which a small workbook stays below', async () => {
    const child = { maxHeapMb: 24 };
    const small = await writeRawWorkbook(folder(), { rows: manyRows(10) });
    expect((await readWorkbookApart(small, { columns: COLUMNS, child })).rows).toHaveLength(10);
    const large = await writeRawWorkbook(folder(), { rows: manyRows(150_000) }, 'large.xlsx');
    await expect(readWorkbookApart(large, { columns: COLUMNS, child })).rejects.toMatchObject({
      code: 'WORKBOOK_TOO_LARGE',
      message: 'large.xlsx is too large: its process ran out of memory',
    });
  });

  it('by the death of its parent', async () => {
    const child = fork(builtFile('src/workbook/apart/child.js'), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // It waits for an edit that never comes: only the end of the channel ends it, at its start or later.
    const job = { path: path('none.xlsx'), targetPath: path('target.xlsx'), name: 'none.xlsx' };
    child.send({ kind: 'patch', ...job, columns: COLUMNS, limits: {}, editCount: 1 }, () =>
      child.disconnect(),
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    expect([0, 1]).toContain(code);
  });
});
