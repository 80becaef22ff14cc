import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/index.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import { recordingServer } from '../support/http/recording-server.ts';

const TASK = 'yamato_tracking_only';
const SECRET = 'results-secret';
const PATIENCE_MS = 120_000;

interface RowReport {
  row: number;
  state: string;
  trackingNumber: string | null;
  result: string | null;
}

it(
  'rows of a CSV go from `start` to the results webhook and `rows --csv`, without a workbook',
  { timeout: PATIENCE_MS },
  async () => {
    const place = workplace();
    const ids = new Set<string>();
    // Each delivery is refused once.
    const webhook = await recordingServer(({ headers }) => {
      const id = String(headers['x-tsuiseki-delivery']);
      const isNew = !ids.has(id);
      ids.add(id);
      return { status: isNew ? 503 : 200 };
    });
    const path = join(place.folder, '発送.csv');
    const numbers = Array.from({ length: 21 }, (_, index) => withCheckDigit(39_800_412_300 + index));
    writeFileSync(path, `\uFEFFa;b\r\n${numbers.map((each) => `${each};\r\n`).join('')}=1+1;\r\n`);
    const up = await startUp(place, {
      PUBLISH_INTERVAL: '10ms',
      LOG_LEVEL: 'warn',
      RESULTS_WEBHOOK_URL: `${webhook.url}/results`,
      RESULTS_WEBHOOK_SECRET: SECRET,
    });
    try {
      const day = new Date();
      const started = await place.run(['start', path, '--task', TASK, '--wait', '--json']);
      expect({ code: started.code, err: started.err }).toEqual({ code: 0, err: '' });
      const told = JSON.parse(started.out) as { batchId: string };
      const { batchId } = told;
      expect(told).toMatchObject({ workflowId: `tracking:${TASK}:rows:${batchId}`, workbook: null });

      const rows = (await place.run(['rows', batchId, '--json'])).out
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row) as RowReport);
      expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 22 }, (_, index) => index + 2));
      for (const { state, trackingNumber, result } of rows.slice(0, 21)) {
        expect(state).toBe('completed');
        expect(result).toBe(expectedText(TASK, null, trackingNumber, { day }));
      }

      const taken = webhook.received.filter((_, index) => index % 2 === 1);
      for (const [index, { headers, body }] of webhook.received.entries()) {
        const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
        expect(headers['x-tsuiseki-signature']).toBe(signature);
        expect(headers['x-tsuiseki-delivery']).toBe([...ids][Math.floor(index / 2)]);
      }
      const deliveries = taken.map(
        ({ body }) =>
          JSON.parse(body.toString()) as { batchId: string; task: string; rows: RowReport[]; done: boolean },
      );
      expect(deliveries.map((delivery) => delivery.done)).toEqual([false, false, true]);
      expect(deliveries.every((delivery) => delivery.batchId === batchId && delivery.task === TASK)).toBe(
        true,
      );
      const sent = deliveries.flatMap((delivery) => delivery.rows).toSorted((a, b) => a.row - b.row);
      expect(sent).toEqual(rows);

      const csv = await place.run(['rows', batchId, '--csv']);
      const cells: Record<string, string>[] = parse(csv.out, { columns: true, bom: true });
      expect(cells.map(({ row, result }) => [Number(row), result])).toEqual(
        rows.map(({ row, result }) => [row, result ?? '']),
      );
      expect(cells.at(-1)).toMatchObject({ input: "'=1+1", state: 'invalid' });
      const list = await place.run(['list']);
      expect(list.out).toMatch(/ · rows from 発送\.csv\n$/);
    } finally {
      await up.stop();
      place.remove();
    }
  },
);
