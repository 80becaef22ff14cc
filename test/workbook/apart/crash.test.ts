import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, watch } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, it } from 'vitest';

import { builtFile } from '../../../src/paths.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { COLUMNS, testFolder } from '../../support/workbook/folder.ts';
import { writeRawWorkbook } from '../../support/workbook/raw-workbook.ts';

const { path } = testFolder();
const ROWS = 500;
/** Makes each write take some milliseconds, so that a kill comes before its end. */
const PICTURE = { name: 'xl/media/image1.png', data: Buffer.alloc(4 * 1024 * 1024, 'x'), stored: true };
const KILLS = 6;
/** A write of the picture alone takes some 60 events. */
const EVENTS_A_KILL = 15;

/** Writes one generation of results after the other, as a writeback does, until it is killed. */
const WRITER = `
  import { LocalFiles } from '${moduleUrl('src/files/local.js')}';
  import { patchWorkbook } from '${moduleUrl('src/workbook/patch-workbook.js')}';
  import { readWorkbook } from '${moduleUrl('src/workbook/read-workbook.js')}';
  const [workbook, folder] = process.argv.slice(1);
  const columns = ${JSON.stringify(COLUMNS)};
  const files = new LocalFiles();
  const [source, target] = [folder + '/source', folder + '/target'];
  for (let generation = 0; ; generation++) {
    const version = await files.download(workbook, source);
    const { rows } = await readWorkbook(source, { columns });
    const text = process.pid + '.' + generation + '｜｜｜' + '店'.repeat(generation % 50);
    const edits = rows.map((row) => ({ ...row, id: '', text, status: null, recorded: null, fresh: false }));
    await patchWorkbook(source, target, { columns, edits });
    await files.replace(workbook, target, version);
    if (generation === 0) process.stdout.write('ready');
  }
`;

function moduleUrl(module: string): string {
  return pathToFileURL(builtFile(module)).href;
}

/**
 * Resolves at a moment of a replace, as the folder's events tell: every other time when the workbook itself changes,
 * else anywhere.
 */
async function momentOf(kill: number, workbook: string): Promise<void> {
  let events = 0;
  for await (const { filename } of watch(dirname(workbook))) {
    events++;
    if (kill % 2 === 0 ? filename === basename(workbook) : events > kill * EVENTS_A_KILL) return;
  }
}

it('a writer killed at any moment leaves the old workbook or the new one', async () => {
  const rows = Array.from(
    { length: ROWS },
    (_, index) => `<row r="${index + 2}"><c><v>${index}</v></c></row>`,
  );
  await mkdir(path('shared'));
  const workbook = await writeRawWorkbook(path('shared'), { rows: rows.join(''), more: [PICTURE] });
  const generations = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const local = path(`local-${kill}`);
    await mkdir(local);
    const args = ['--input-type=module', '--eval', WRITER, workbook, local];
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(writer, 'close');
    await Promise.race([once(writer.stdout, 'data'), closed]);
    await Promise.race([momentOf(kill, workbook), closed]);
    writer.kill('SIGKILL');
    expect(await closed).toEqual([null, 'SIGKILL']);

    const content = await readWorkbook(workbook, { columns: COLUMNS });
    expect(content.rows).toHaveLength(ROWS);
    const results = new Set(content.rows.map(({ result }) => result));
    expect(results.size).toBe(1);
    generations.add([...results].join(''));
    const { size } = await stat(workbook);
    expect(size).toBeGreaterThan(PICTURE.data.length);
  }
  expect(generations.size).toBe(KILLS);
  // What a crash leaves behind is hidden, and no workbook by its name.
  for (const name of await readdir(dirname(workbook)))
    expect(name).toMatch(/^raw\.xlsx$|^\.raw\.xlsx\.[\da-f]+\.tmp$/);
});
