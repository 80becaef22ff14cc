import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sabreDavMissing, startSabreDav } from '../../test/support/files/sabre-dav.ts';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { startFleet } from '../fleet.ts';
import { BenchError } from '../part.ts';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

const ROWS = 10_000;
const TASK = 'yamato_tracking_only';
const TOKEN = 'bench';
const MUST_REACH_MS = 5_000;

/** From a person's save on Nextcloud's WebDAV server to the first publish, a workbook of 10,000 new rows. */
export const saved: Part = {
  name: 'saved',
  async run(context) {
    const { cleanup, figure, note, progress } = context;
    const missing = sabreDavMissing();
    if (missing !== null) throw new BenchError('BENCH_PROCESS', missing);
    const dav = await startSabreDav();
    cleanup.add('sabre/dav', () => dav.close());
    const { sandbox, http } = await startFleet(context, {
      publishIntervalMs: 6_000,
      callLimit: 200,
      callWindowMs: 15 * 60_000,
      jobDurationMs: 1_000,
      publishWorkers: 1,
      settings: {
        WEBDAV_URL: dav.url,
        WEBDAV_USERNAME: dav.username,
        WEBDAV_PASSWORD: dav.password,
        NEXTCLOUD_WEBHOOK_TOKEN: TOKEN,
        AUTO_MAX_ROWS: String(2 * ROWS),
      },
    });
    progress(`making a workbook of ${ROWS} rows`);
    const path = join(temporaryFolder(cleanup), 'YTO-saved.xlsx');
    await writeSampleWorkbook(path, { task: TASK, rows: ROWS });
    const authorization = `Basic ${Buffer.from(`${dav.username}:${dav.password}`).toString('base64')}`;
    await fetch(`${dav.url}${TASK}`, { method: 'MKCOL', headers: { authorization } });
    await fetch(`${dav.url}${TASK}/YTO-saved.xlsx`, {
      method: 'PUT',
      headers: { authorization },
      body: readFileSync(path),
    });
    const savedAt = Date.now();
    await fetch(`${http}/webhooks/nextcloud`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nextcloud-webhook-token': TOKEN },
      body: JSON.stringify({ event: 'file_changed', path: `/${TASK}/YTO-saved.xlsx`, user: 'mika' }),
    });
    progress('waiting for the first publish');
    const first = await until(
      'the first publish',
      60_000,
      async () => (await sandbox.publishes())[0] ?? null,
    );
    const tookMs = first.at - savedAt;
    figure({
      figure: `${ROWS} rows saved on WebDAV to first publish`,
      mustReach: `< ${MUST_REACH_MS / 1_000} s`,
      measured: tookMs / 1_000,
      unit: 's',
      ok: tookMs < MUST_REACH_MS,
    });
    note('of that 1 s is the quiet after which a save is examined');
  },
};
