import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import type { Started, Upload } from '../src/http/api/contract.ts';
import { packageRoot } from '../src/paths.ts';
import { writeSampleWorkbook } from '../src/sandbox/sample-workbook.ts';
import { taskByName } from '../src/tasks/registry.ts';
import type { TaskName } from '../src/tasks/types.ts';
import { Cleanup } from './cleanup.ts';
import { startFleet } from './fleet.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Makes the pictures of the README and the docs from a running system: `npm run pictures`. */

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const IMAGES = join(packageRoot, 'docs/images');
/** Until results of all batches are there, and an hour's picture has something in it. */
const RUN_MS = 100_000;

const WORKBOOKS: readonly (readonly [TaskName, string, number])[] = [
  ['yamato_tracking_only', '20261126-名古屋倉庫', 8],
  ['official_website_tracking', '20261127-新宿店', 14],
  ['japan_post_tracking_only', '20261127-返品', 20],
  ['yamato_tracking_only', '20261128-大阪倉庫', 90],
];

const say = (line: string) => process.stderr.write(`${line}\n`);
const cleanup = new Cleanup(say);
process.once('SIGINT', () => cleanup.interrupt());
const executablePath = CHROMIUM.find((path) => existsSync(path));
if (executablePath === undefined) throw new TypeError('no Chromium here: install the package `chromium`');

const context = { cleanup, progress: say, onBreak: () => {} };
try {
  const fleet = await startFleet(context, {
    publishIntervalMs: 1_000,
    callLimit: 200,
    callWindowMs: 900_000,
    jobDurationMs: 3_000,
    publishWorkers: 1,
  });
  await fleet.sandbox.addFault({ kind: 'empty', match: '183792', times: 4 });
  await fleet.sandbox.addFault({ kind: 'url-failed', match: '183792', times: 2 });
  const folder = temporaryFolder(cleanup);
  const started: Started[] = [];
  for (const [task, name, rows] of WORKBOOKS)
    started.push(await start(fleet.http, folder, { task, name, rows }));
  say(`the system runs for ${RUN_MS / 1_000} s`);
  await delay(RUN_MS);

  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  cleanup.add('the browser', () => browser.close());
  const pageIn = (locale: string) =>
    browser.newPage({ viewport: { width: 1_280, height: 800 }, locale, timezoneId: 'Asia/Tokyo' });
  const page = await pageIn('en');
  const [, , failed, running] = started;
  if (failed === undefined || running === undefined) throw new TypeError('a batch was not started');
  await take(page, `${fleet.http}/#/`, 'ops-page.png');
  for (const language of ['ja', 'zh'])
    await take(await pageIn(language), `${fleet.http}/#/`, `ops-page.${language}.png`);
  await take(page, `${fleet.http}/#/batch/${failed.batchId}/row/2`, 'ops-batch.png');
  const history = `${fleet.webUi}/namespaces/default/workflows/${encodeURIComponent(running.workflowId)}/${running.runId}`;
  await take(page, `${history}/timeline`, 'web-ui.png', 6_000);
  await page.getByRole('button', { name: 'More Actions' }).click();
  await delay(1_000);
  await page.screenshot({
    path: join(IMAGES, 'web-ui-actions.png'),
    clip: { x: 640, y: 60, width: 640, height: 420 },
  });
  say('docs/images/web-ui-actions.png');
} finally {
  await cleanup.run();
}

async function start(
  http: string,
  folder: string,
  { task, name, rows }: { task: TaskName; name: string; rows: number },
): Promise<Started> {
  const file = `${taskByName(task).filePrefix}${name}.xlsx`;
  const path = join(folder, file);
  await writeSampleWorkbook(path, { task, rows, invalidRow: task === 'official_website_tracking' });
  const headers = { 'content-type': 'application/octet-stream' };
  const url = `${http}/api/uploads?name=${encodeURIComponent(file)}`;
  const given = await fetch(url, { method: 'POST', headers, body: new Uint8Array(readFileSync(path)) });
  const { upload } = (await given.json()) as Upload;
  const answer = await fetch(`${http}/api/uploads/${upload}/start`, { method: 'POST' });
  if (!answer.ok) throw new TypeError(`${file}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Started;
}

async function take(page: Page, url: string, file: string, settleMs = 3_000): Promise<void> {
  await page.goto('about:blank');
  await page.goto(url);
  await delay(settleMs);
  await page.screenshot({ path: join(IMAGES, file) });
  say(`docs/images/${file}`);
}
