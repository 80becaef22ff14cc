import { dirname } from 'node:path';
import ExcelJS from 'exceljs';
import type { SabreDav } from './sabre-dav.ts';

export interface OpenedWorkbook {
  sheet: ExcelJS.Worksheet;
  workbook: ExcelJS.Workbook;
  etag: string;
}

/** A colleague with a program that minds what others save: reads with the ETag, writes with If-Match, tries again. */
export class Colleague {
  readonly #dav: SabreDav;
  readonly #path: string;
  /** Saves that came too late, somebody else having saved, or somebody else's lock being on the file. */
  refused = 0;

  /** `path` is below the root; its folder is made by `create`. */
  constructor(dav: SabreDav, path: string) {
    this.#dav = dav;
    this.#path = path;
  }

  #request(
    method: string,
    options: { path?: string; headers?: Record<string, string>; body?: Buffer } = {},
  ): Promise<Response> {
    const { path = this.#path, headers, body } = options;
    const authorization = `Basic ${Buffer.from(`${this.#dav.username}:${this.#dav.password}`).toString('base64')}`;
    return fetch(this.#dav.url + encodeURI(path), {
      method,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  async read(): Promise<OpenedWorkbook> {
    const response = await this.#request('GET');
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load(await response.arrayBuffer());
    const [sheet] = workbook.worksheets;
    if (sheet === undefined) throw new Error('no sheet');
    return { sheet, workbook, etag: response.headers.get('etag') ?? '' };
  }

  async create(fill: (sheet: ExcelJS.Worksheet) => void): Promise<void> {
    await this.#request('MKCOL', { path: dirname(this.#path) });
    const workbook = new ExcelJS.Workbook();
    fill(workbook.addWorksheet('発送一覧'));
    await this.#request('PUT', { body: Buffer.from(await workbook.xlsx.writeBuffer()) });
  }

  /** Edits and saves it, over nobody else's save. */
  async edit(change: (sheet: ExcelJS.Worksheet) => void): Promise<void> {
    for (;;) {
      const { sheet, workbook, etag } = await this.read();
      change(sheet);
      const body = Buffer.from(await workbook.xlsx.writeBuffer());
      const { status } = await this.#request('PUT', { headers: { 'if-match': etag }, body });
      if (status < 300) return;
      if (status !== 412 && status !== 423) throw new Error(`PUT was answered ${status}`);
      this.refused += 1;
    }
  }
}
