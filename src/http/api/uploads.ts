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
import type { Started } from './contract.ts';

const MAX_WORKBOOK_BYTES = 100 * 1024 * 1024;
/** An upload that nobody started is forgotten. */
const KEPT_MS = 24 * 60 * 60 * 1_000;
/** File systems take 255; a copy of it may be named by it with something added. */
const LONGEST_NAME_BYTES = 200;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file that somebody gave the page, on this machine. */
export interface StoredUpload {
  id: string;
  name: string;
  task: string;
  path: string;
  /** What was started from it; null: nothing yet. Asked for again, it is told again. */
  started: Started | null;
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
      // First: a file whose server dies meanwhile is forgotten, too.
      await writeFile(join(folder, UPLOAD), JSON.stringify({ name, task }));
      const most = isRowsSource(name) ? MAX_ROWS_BYTES : MAX_WORKBOOK_BYTES;
      await pipeline(given.body, limited(most), createWriteStream(path, { flags: 'wx' }));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return { id, name, task, path, started: null };
  }

  /** One that was stored and is still there. */
  async find(id: string): Promise<StoredUpload> {
    const unknown = new ApiProblem('UPLOAD_UNKNOWN', 'there is no such upload; give the file again');
    if (!ID.test(id)) throw unknown;
    const folder = join(this.#folder, id);
    const text = await readFile(join(folder, UPLOAD), 'utf8').catch(() => null);
    if (text === null) throw unknown;
    const { name, task, started } = JSON.parse(text) as Meta;
    return { id, name, task, path: join(folder, name), started: started ?? null };
  }

  /** A batch has it now, and a workbook stays for good; rows stand in the batch. */
  async started({ id, name, task, path }: StoredUpload, started: Started): Promise<void> {
    const meta: Meta = { name, task, started };
    await writeFile(join(this.#folder, id, UPLOAD), JSON.stringify(meta));
    if (isRowsSource(path)) await rm(path, { force: true });
  }

  async remove({ id }: StoredUpload): Promise<void> {
    await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  async #forgetOld(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const id of names.filter((each) => ID.test(each))) {
      const meta = join(this.#folder, id, UPLOAD);
      const info = await stat(meta).catch(() => null);
      if (info === null || Date.now() - info.mtimeMs <= KEPT_MS) continue;
      const { started, name } = JSON.parse(await readFile(meta, 'utf8')) as Meta;
      const isBatchs = started != null && !isRowsSource(name);
      await rm(isBatchs ? meta : join(this.#folder, id), { recursive: true, force: true });
    }
  }
}

/** Beside the file, for a day. Its name is none that a file may have. */
const UPLOAD = 'upload.meta';

type Meta = Pick<StoredUpload, 'name' | 'task'> & { started?: Started };

/** The last part of a path, in whatever system's spelling; no other names than those of workbooks and rows. */
function checkedName(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  if (!/^[^.].*\.(?:xlsx|xlsm|csv|json)$/i.test(name) || Buffer.byteLength(name) > LONGEST_NAME_BYTES)
    throw new ApiProblem(
      'BAD_REQUEST',
      `a workbook (.xlsx, .xlsm), or rows as .csv or .json, with a name of at most ${LONGEST_NAME_BYTES} bytes (a Japanese letter is three)`,
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
