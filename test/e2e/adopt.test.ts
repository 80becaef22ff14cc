import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/index.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const TASK = 'yamato_tracking_only';
const SITEMAP = 1_423_671;
const PATIENCE_MS = 120_000;
const NUMBERS = ['398004123005', '398004123016', '398004123020'];
const URL_OF = 'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=';

it(
  'jobs of another system are adopted: their webhooks land, the workbook is written; others go to that system',
  { timeout: PATIENCE_MS },
  async () => {
    const place = workplace();
    const other = await recordingServer(() => ({ status: 200 }));
    const up = await startUp(place, {
      PUBLISH_INTERVAL: '10ms',
      LOG_LEVEL: 'warn',
      WEBHOOK_FORWARD_URL: `${other.url}/webhook/?token=theirs`,
    });
    try {
      const day = new Date();
      const publish = async (customId: string, number: string) => {
        const body = JSON.stringify({
          sitemap_id: SITEMAP,
          custom_id: customId,
          start_urls: [`${URL_OF}${number}`],
        });
        const url = `${up.told.sandbox}/api/v1/scraping-job?api_token=sandbox`;
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(url, { method: 'POST', headers, body });
        return ((await answer.json()) as { data: { id: number } }).data.id;
      };
      const path = join(place.folder, 'YTO-1.xlsx');
      await saveWorkbook(
        NUMBERS.map((number) => [number]),
        path,
      );
      const [first = '', second = '', third = ''] = NUMBERS;
      const ids = [await publish('yto-20261128-1', first), await publish('yto-20261128-3', third)];
      await publish('yto-20261128-2', second);
      const lines = [
        `yto-20261128-1,${ids[0]},${TASK},YTO-1.xlsx,${first},`,
        `yto-20261128-3,${ids[1]},${TASK},YTO-1.xlsx,${third},`,
      ];
      const file = join(place.folder, 'jobs.csv');
      writeFileSync(file, ['custom_id,scrapingjob_id,task,workbook,a,b', ...lines, ''].join('\n'));

      const { code, out, err } = await place.run(['adopt', file, '--json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const [adopted] = JSON.parse(out) as { batchId: string }[];
      const batchId = adopted?.batchId ?? '';
      expect(adopted).toMatchObject({
        task: TASK,
        workbook: path,
        rows: 2,
        jobs: 2,
        runId: expect.any(String),
      });

      const watched = await place.run(['watch', batchId, '--json']);
      expect(JSON.parse(watched.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
        state: 'completed',
        counts: { total: 2, completed: 2 },
      });
      const text = (number: string) => expectedText(TASK, null, number, { day });
      expect(await columnC(path)).toEqual([text(first), '', text(third)]);

      const again = await place.run(['adopt', file]);
      expect(again.out).toMatch(
        /^batchId +adopted +jobs +rows[^\n]*\n\S+ +before +2 +2 [^\n]*\nnothing new: [^\n]*\n$/,
      );
      const explained = await place.run(['explain', batchId, '4', '--json']);
      expect(explained.out).toContain('adopted as yto-20261128-3');
      const forwarded = other.received.map(({ body }) =>
        new URLSearchParams(body.toString()).get('custom_id'),
      );
      expect(forwarded).toContain('yto-20261128-2');
    } finally {
      await up.stop();
      place.remove();
    }
  },
);
