import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isRowsSource, MAX_ROWS_BYTES } from '../../batches/given-rows/read-rows.ts';
import { startableTask } from '../../batches/start-target.ts';
import { TRACKING_TASKS } from '../../tasks/registry.ts';
import { ApiProblem } from './api-error.ts';

const MAX_WORKBOOK_BYTES = 100 * 1024 * 1024;
/** An upload that nobody started is forgotten. */
const KEPT_MS = 24 * 60 * 60 * 1_000;
const LONGEST_NAME = 120;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file that somebody gave the page, on this machine. */
export interface StoredUpload {
  id: string;
  name: string;
  task: string;
  path: string;
}

/**
 * Files given to the page, each in a folder of its own below one that the workers see as well: a workbook stays there, as
 * its batch writes into it.
 */
export class Uploads {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes a file; whatever its name says, it lands in its own folder. Throws {@link ApiProblem}. */
  async store(given: { name: string; task: string | null; body: Readable }): Promise<StoredUpload> {
    const name = checkedName(given.name);
    const task = startableTask(given.task ?? taskOf(name)).name;
    await this.#forgetOld();
    const id = randomUUID();
    const folder = join(this.#folder, id);
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    try {
      const most = isRowsSource(name) ? MAX_ROWS_BYTES : MAX_WORKBOOK_BYTES;
      await pipeline(given.body, limited(most), createWriteStream(path, { flags: 'wx' }));
      await writeFile(join(folder, UPLOAD), JSON.stringify({ name, task }));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return { id, name, task, path };
  }

  /** One that was stored and is still there. */
  async find(id: string): Promise<StoredUpload> {
    const unknown = new ApiProblem('UPLOAD_UNKNOWN', 'there is no such upload; give the file again');
    if (!ID.test(id)) throw unknown;
    const folder = join(this.#folder, id);
    const text = await readFile(join(folder, UPLOAD), 'utf8').catch(() => null);
    if (text === null) throw unknown;
    const { name, task } = JSON.parse(text) as Pick<StoredUpload, 'name' | 'task'>;
    return { id, name, task, path: join(folder, name) };
  }

  /** A batch has it now: it is no upload any more. */
  async started({ id }: StoredUpload): Promise<void> {
    await rm(join(this.#folder, id, UPLOAD), { force: true });
  }

  async remove({ id }: StoredUpload): Promise<void> {
    await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  async #forgetOld(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const id of names.filter((each) => ID.test(each))) {
      const info = await stat(join(this.#folder, id, UPLOAD)).catch(() => null);
      if (info !== null && Date.now() - info.mtimeMs > KEPT_MS)
        await rm(join(this.#folder, id), { recursive: true, force: true });
    }
  }
}

/** Beside the file, until a batch is started from it. Its name is none that a file may have. */
const UPLOAD = 'upload.meta';

/** The last part of a path, in whatever system's spelling; no other names than those of workbooks and rows. */
function checkedName(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  if (!/^[^.].*\.(?:xlsx|xlsm|csv|json)$/i.test(name) || [...name].length > LONGEST_NAME)
    throw new ApiProblem(
      'BAD_REQUEST',
      `a workbook (.xlsx, .xlsm), or rows as .csv or .json, with a name of at most ${LONGEST_NAME} characters`,
    );
  return name;
}

function taskOf(name: string): string {
  const found = TRACKING_TASKS.find(
    ({ folderKeyword, filePrefix }) =>
      folderKeyword !== null && filePrefix !== null && name.startsWith(filePrefix),
  );
  if (found === undefined) throw new ApiProblem('BAD_REQUEST', 'the name tells no task: choose one');
  return found.name;
}

function limited(most: number): Transform {
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      const text = `the file is larger than ${most / 1024 / 1024} MB`;
      if (length > most) done(new ApiProblem('TOO_LARGE', text));
      else done(null, chunk);
    },
  });
}
