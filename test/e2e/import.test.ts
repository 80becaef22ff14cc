import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import {
  eventLine,
  postFile,
  postNumbers,
  shipperFiles,
  tenOClock,
} from '../support/batches/shipper-file.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const PATIENCE_MS = 120_000;
const files = shipperFiles();

it(
  'a shipper’s own file ends a running batch without a call for its rows, and brings an ended one’s workbook up to date',
  { timeout: PATIENCE_MS },
  async () => {
    const place = workplace();
    const folder = join(place.folder, 'japan_post_tracking_only');
    mkdirSync(folder);
    const numbers = postNumbers(3);
    const [first = '', ...others] = numbers;
    const workbook = await saveWorkbook(
      numbers.map((number) => [number]),
      join(folder, 'JPTO-1.xlsx'),
    );
    // The first row is published at once, the others long after the test's end.
    const up = await startUp(place, { PUBLISH_INTERVAL: '1h', LOG_LEVEL: 'warn' });
    const json = async (...args: string[]) => {
      const { code, out, err } = await place.run([...args, '--json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return JSON.parse(out) as Record<string, unknown>;
    };
    try {
      const ended = place.run(['start', workbook, '--wait', '--json']);
      await vi.waitFor(
        async () => {
          const [list] = (await json('list')) as unknown as { counts: object }[];
          expect(list?.counts).toMatchObject({ total: 3, completed: 1, pending: 2 });
        },
        { timeout: PATIENCE_MS / 2, interval: 500 },
      );
      const [{ batchId } = { batchId: '' }] = (await json('list')) as unknown as { batchId: string }[];
      await json('pause', batchId);
      const lines = others.map((number) => ({ number, code: '5201', daysAgo: 1 }));
      expect(await json('import', files.write(postFile(lines)))).toMatchObject({
        rows: { answered: 2, toWrite: 2 },
        callsSaved: 4,
      });
      expect(await ended).toMatchObject({ code: 0 });
      expect(await json('status', batchId)).toMatchObject({ state: 'completed', counts: { completed: 3 } });
      const told = `${tenOClock(1).page}｜｜｜配達完了｜｜｜｜｜｜渋谷郵便局｜｜｜`;
      const [asked = '', ...answered] = await columnC(workbook);
      expect(answered).toEqual([told, told]);

      const now = new Date(Date.now() + 9 * 3_600_000).toISOString();
      const line = eventLine({ number: first, code: '5234', daysAgo: 0 });
      const late = line.replaceAll(tenOClock(0).compact, now.slice(0, 16).replaceAll(/\D/g, ''));
      expect(await json('import', files.write(`${line.length}\n${late}\n`))).toMatchObject({
        rows: { updated: 1, toWrite: 1 },
        batches: [batchId],
      });
      await vi.waitFor(
        async () => {
          const [newer = ''] = await columnC(workbook);
          expect(newer).not.toBe(asked);
          expect(newer).toContain('｜｜｜配達完了 返還完了｜｜｜');
        },
        { timeout: PATIENCE_MS / 2, interval: 500 },
      );
      const story = (await json('explain', batchId, '2')) as unknown as { what: string; details: string }[];
      expect(story.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['published', 'action', 'result', 'written']),
      );
      expect(story.find(({ what }) => what === 'result')?.details).toContain("from a shipper's own file");
    } finally {
      await up.stop();
      place.remove();
    }
  },
);
