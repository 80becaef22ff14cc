import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type ExcelJS from 'exceljs';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/expected-text.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { Colleague } from '../support/files/colleague.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import type { Up } from '../support/cli/workplace.ts';
import { needs } from '../support/component.ts';
import { sabreDavMissing, startSabreDav } from '../support/files/sabre-dav.ts';
import type { SabreDav } from '../support/files/sabre-dav.ts';

const TASK = 'yamato_tracking_only';
const PATH = `${TASK}/YTO-発送.xlsx`;
const ROWS = 30;
const SECRET = 'a secret of thirty-two characters';
const PATIENCE_MS = 90_000;
const numberOf = (index: number) => withCheckDigit(39_800_412_300 + index * 37);

const texts = (sheet: ExcelJS.Worksheet, column: string) =>
  Array.from({ length: sheet.rowCount - 1 }, (_, index) => sheet.getCell(`${column}${index + 2}`).text);

/** Nextcloud's own callback: it stores the file only when the document server's callback reaches it. */
async function startNextcloud() {
  const calls: { url: string; body: string }[] = [];
  let store = async (): Promise<void> => {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      calls.push({ url: request.url ?? '', body });
      void store().then(() => response.end('{"error":0}'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/track`,
    calls,
    onCallback: (work: () => Promise<void>) => {
      store = work;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

needs(sabreDavMissing())('a workbook on sabre/dav', () => {
  const place = workplace();
  let dav: SabreDav;
  let colleague: Colleague;
  let nextcloud: Awaited<ReturnType<typeof startNextcloud>>;
  let up: Up;

  beforeAll(async () => {
    dav = await startSabreDav();
    colleague = new Colleague(dav, PATH);
    nextcloud = await startNextcloud();
    up = await startUp(place, {
      PUBLISH_INTERVAL: '400ms',
      WEBDAV_URL: dav.url,
      WEBDAV_USERNAME: dav.username,
      WEBDAV_PASSWORD: dav.password,
      NEXTCLOUD_WEBHOOK_TOKEN: 'cloud',
      ONLYOFFICE_JWT_SECRET: SECRET,
      ONLYOFFICE_CALLBACK_URL: `${nextcloud.url}?doc=1`,
      WRITEBACK_EVERY: '3',
      LOG_LEVEL: 'warn',
    });
  }, PATIENCE_MS);

  afterAll(async () => {
    await up?.stop();
    await nextcloud.close();
    await dav.close();
    place.remove();
  }, PATIENCE_MS);

  /** As Nextcloud tells of a save. */
  const tell = async (user = 'mika') => {
    const response = await fetch(`${up.told.http}/webhooks/nextcloud`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nextcloud-webhook-token': 'cloud' },
      body: JSON.stringify({ event: 'file_changed', path: `/${PATH}`, user }),
    });
    return (await response.json()) as { stored: boolean };
  };

  const command = async <T>(...args: string[]): Promise<T> => {
    const { out, err, code } = await place.run([...args, '--json']);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as T;
  };
  const batches = () =>
    command<{ batchId: string; state: string; reason: string | null; counts: Record<string, number> }[]>(
      'list',
    );

  /** The counts of the batch that comes after so many, once it is completed. */
  const oneMore = async (before: number) => {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const all = await batches();
      if (all.length === before + 1 && all[0]?.state === 'completed') return all[0].counts;
      if (Date.now() > until) throw new Error(`no batch more was completed: ${JSON.stringify(all)}`);
      await delay(300);
    }
  };

  it(
    'while a batch of 30 rows runs, a colleague inserts, sorts, edits and locks: no edit is lost, every result is in its row',
    async () => {
      await colleague.create((sheet) => {
        sheet.addRow(['番号', 'メール', '状況', '備考']);
        for (let index = 0; index < ROWS; index += 1) sheet.addRow([numberOf(index)]);
      });
      expect(await tell()).toEqual({ stored: true });
      const started = Date.now();
      const running = async () => {
        for (;;) {
          const [batch] = await batches();
          if (batch !== undefined) return batch;
          if (Date.now() - started > PATIENCE_MS) throw new Error('no batch was started');
        }
      };
      const { batchId } = await running();

      const notes: string[] = [];
      const note = (sheet: ExcelJS.Worksheet, row: number) => {
        const text = `note ${randomInt(1_000_000)}`;
        notes.push(text);
        sheet.getCell(`D${row}`).value = [sheet.getCell(`D${row}`).text, text].filter(Boolean).join(' ');
      };
      const edits: ((sheet: ExcelJS.Worksheet) => void)[] = [
        (sheet) => sheet.insertRow(2, [numberOf(100), '', '', 'inserted']),
        (sheet) => {
          const rows = texts(sheet, 'A').map((_, index) =>
            ['A', 'B', 'C', 'D'].map((column) => sheet.getCell(`${column}${index + 2}`).text),
          );
          rows.reverse();
          for (const [index, cells] of rows.entries())
            for (const [at, column] of ['A', 'B', 'C', 'D'].entries())
              sheet.getCell(`${column}${index + 2}`).value = cells[at] === '' ? null : (cells[at] ?? null);
        },
        (sheet) => {
          // The last number becomes another: its row is a new one, and asks for its own result.
          const at = texts(sheet, 'A').indexOf(numberOf(20)) + 2;
          sheet.getCell(`A${at}`).value = numberOf(120);
          sheet.getCell(`C${at}`).value = null;
        },
        (sheet) => sheet.insertRow(5, [numberOf(101)]),
      ];
      for (const edit of edits) {
        let written = '';
        await colleague.edit((sheet) => {
          edit(sheet);
          notes.splice(notes.indexOf(written) >>> 0, 1);
          note(sheet, 2 + randomInt(ROWS));
          written = notes.at(-1) ?? '';
        });
        await tell();
        await delay(1_500);
      }
      await dav.lock(`/${PATH}`, 'Mika');
      let reason = '';
      while (!reason.includes('is locked by Mika')) {
        const [batch] = await batches();
        reason = batch?.reason ?? '';
        if (batch?.state !== 'running') throw new Error(`the batch ended under the lock: ${batch?.state}`);
      }
      await dav.unlock(`/${PATH}`);

      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const all = await batches();
        if (all.every(({ state }) => state === 'completed')) break;
        if (Date.now() > until) throw new Error(`still running: ${JSON.stringify(all)}`);
        await delay(500);
      }

      const { sheet } = await colleague.read();
      const numbers = texts(sheet, 'A');
      const expected = new Set([...Array(ROWS).keys()].map((index) => numberOf(index === 20 ? 120 : index)));
      expect(new Set(numbers)).toEqual(new Set([...expected, numberOf(100), numberOf(101)]));
      expect(numbers).toHaveLength(ROWS + 2);
      for (const text of notes) expect(texts(sheet, 'D').join(' ')).toContain(text);
      expect(texts(sheet, 'D').join(' ')).toContain('inserted');
      const day = new Date();
      const url = (number: string) =>
        `http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=${number}`;
      const right = numbers.map((number) => expectedText(TASK, url(number), number, { day }));
      expect(texts(sheet, 'C')).toEqual(right);

      // The number that was edited away keeps its result for itself, with a warning.
      const rows = await place.run(['rows', batchId, '--json']);
      const gone = rows.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { input: string; warnings: string[] })
        .filter(({ input }) => input === numberOf(20));
      expect(gone.map(({ warnings }) => warnings.length)).toEqual([1]);
    },
    2 * PATIENCE_MS,
  );

  it(
    'its own saves start nothing, whoever tells of them; a colleague’s does, where it leaves something to do',
    async () => {
      const before = (await batches()).length;
      expect(await tell('bot')).toMatchObject({ stored: false });
      await tell();
      await colleague.edit((sheet) => {
        sheet.getCell('D3').value = 'seen';
      });
      await tell();
      await delay(4_000);
      expect(await batches()).toHaveLength(before);
      await colleague.edit((sheet) => {
        sheet.getCell('C3').value = null;
      });
      await tell();
      expect(await oneMore(before)).toMatchObject({ total: 1, completed: 1 });
      const { sheet } = await colleague.read();
      expect(sheet.getCell('C3').text).not.toBe('');
    },
    PATIENCE_MS,
  );

  it(
    'saved in OnlyOffice, the callback reaches Nextcloud first, and then the workbook is read',
    async () => {
      const before = (await batches()).length;
      nextcloud.onCallback(() =>
        colleague.edit((sheet) => {
          sheet.addRow([numberOf(200)]);
        }),
      );
      const callback = { status: 2, key: 'k1', url: 'http://127.0.0.1:1/never-fetched', users: ['mika'] };
      const token = await new SignJWT({ payload: callback })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(SECRET));
      const answer = await fetch(
        `${up.told.http}/webhooks/onlyoffice?path=${encodeURIComponent(`/${PATH}`)}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(callback),
        },
      );
      expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
      expect(nextcloud.calls).toMatchObject([{ url: '/track?doc=1', body: JSON.stringify(callback) }]);
      expect(await oneMore(before)).toMatchObject({ total: 1, completed: 1 });
    },
    PATIENCE_MS,
  );
});
