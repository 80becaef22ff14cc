import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import type { Up } from '../support/cli/workplace.ts';
import { allFigures, allLogs, allOfTemporal, runSchedules } from '../support/e2e/all-texts.ts';
import type { Found } from '../support/e2e/all-texts.ts';
import { startCollector } from '../support/e2e/collector.ts';
import type { Collector } from '../support/e2e/collector.ts';
import { leakyApi } from '../support/e2e/leaky-api.ts';
import type { LeakyApi } from '../support/e2e/leaky-api.ts';
import { saveWorkbook } from '../support/workbook/workbook-file.ts';

const PATIENCE_MS = 180_000;
/** Stands in every secret, and in every person's address, in either of its halves. */
const SECRET = 'zqxj';
const PERSON = 'vwkp';
const secret = (name: string) => `${SECRET}-${name}-${SECRET}`;
const person = (name: string) => `${name}.${PERSON}@store-${PERSON}.example`;
const MARKS = new RegExp(`${SECRET}|${PERSON}`, 'i');

const TASK = 'official_website_redirect_to_yamato_tracking';
const FAULTS = [
  '',
  'publish-422',
  'publish-html',
  'publish-reset',
  'job-failed',
  'empty',
  'url-failed',
  'html-instead-of-csv',
  'no-columns',
  'csv-404',
  'redirect',
  'webhook-wrong-custom-id',
  'state-unknown',
];

const place = workplace();
let sandbox: Sandbox;
let api: LeakyApi;
let receiver: LeakyApi;
let collector: Collector;
let up: Up;

const traced = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secret('collector')}`,
});

beforeAll(async () => {
  sandbox = await startSandbox({ token: secret('api-token'), jobDurationMs: 50, callLimit: 10_000 });
  const quoted = `${person('quoted')} may not, ${secret('of-the-api')}`;
  const origin = new URL(sandbox.url).origin;
  api = await leakyApi(origin, quoted);
  receiver = await leakyApi(`${origin}/nothing-there`, quoted);
  collector = await startCollector();
  up = await startUp(
    place,
    {
      LOG_LEVEL: 'trace',
      METRICS_PORT: '0',
      PUBLISH_INTERVAL: '20ms',
      WEBSCRAPER_CALL_LIMIT: '10000',
      WEBSCRAPER_API_URL: `${api.url}/api/v1`,
      WEBSCRAPER_API_TOKEN: secret('api-token'),
      WEBHOOK_TOKEN: `${secret('hook')},${secret('old-hook')}`,
      WEBDAV_URL: `${receiver.url}/files?token=${secret('dav-query')}`,
      WEBDAV_USERNAME: person('bot'),
      WEBDAV_PASSWORD: secret('dav-password'),
      ONLYOFFICE_JWT_SECRET: secret('jwt'),
      ONLYOFFICE_CALLBACK_URL: `${receiver.url}/track?token=${secret('callback')}`,
      ONLYOFFICE_COMMAND_URL: `${receiver.url}/command?token=${secret('command')}`,
      NEXTCLOUD_WEBHOOK_TOKEN: secret('cloud'),
      NOTIFY_URL: `${receiver.url}/hooks/${secret('chat')}`,
      WEBHOOK_FORWARD_URL: `${receiver.url}/webhook?t=${secret('forward')}`,
      NOTIFY_STYLE: 'slack',
      OPERATOR_TOKENS: `ops:${secret('operator-token')}`,
      VIEWER_TOKENS: `look:${secret('viewer-token')}`,
      TRUSTED_PROXIES: '127.0.0.1',
      RESULTS_WEBHOOK_URL: `${receiver.url}/results?token=${secret('results')}`,
      RESULTS_WEBHOOK_SECRET: secret('results-secret'),
      ...traced(),
    },
    [],
  );
  sandbox.setWebhookUrl(`${up.told.http}/webhooks/webscraper?token=${secret('hook')}`);
}, PATIENCE_MS);

afterAll(async () => {
  await up?.stop();
  await collector?.close();
  await receiver?.close();
  await api?.close();
  await sandbox?.close();
  place.remove();
}, PATIENCE_MS);

/** Webhooks as they should be, and as strangers and slips make them. */
async function tellAll(): Promise<void> {
  const { http } = up.told;
  const headers = { cookie: `session=${secret('cookie')}`, authorization: `Bearer ${secret('bearer')}` };
  const json = { 'content-type': 'application/json' };
  const post = (path: string, body: string, more: Record<string, string> = {}) =>
    fetch(`${http}${path}`, { method: 'POST', headers: { ...headers, ...json, ...more }, body });
  const told = { scrapingjob_id: 7, status: person('status'), custom_id: person('custom'), sitemap_id: 1 };
  await post(`/webhooks/webscraper?token=${secret('wrong')}`, JSON.stringify(told));
  await post(`/webhooks/webscraper?token=${secret('hook')}`, JSON.stringify(told));
  await post(`/webhooks/webscraper?t=${secret('hook')}`, `{"${person('malformed')}": ${secret('malformed')}`);
  const path = `/${TASK}/OWRYT-cloud.xlsx`;
  const saved = JSON.stringify({ event: 'file_changed', path, user: person('saver') });
  await post('/webhooks/nextcloud', saved, { 'x-nextcloud-webhook-token': secret('wrong') });
  await post('/webhooks/nextcloud', saved, { 'x-nextcloud-webhook-token': secret('cloud') });
  const callback = {
    status: 2,
    key: secret('key'),
    url: `${http}/${secret('url')}`,
    users: [person('editor')],
  };
  const token = await new SignJWT({ payload: callback })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret('jwt')));
  const query = `?path=${encodeURIComponent(path)}&token=${secret('query')}`;
  await post(`/webhooks/onlyoffice${query}`, JSON.stringify(callback));
  await post(`/webhooks/onlyoffice${query}`, JSON.stringify(callback), { authorization: `Bearer ${token}` });
  await fetch(`${http}/${secret('path')}?token=${secret('query')}`, { headers });
}

/**
 * What people do on the page, one by a token and its cookie, one through a proxy, who types an address as the reason. Gives
 * the batch that they start from rows: it lasts, as nobody takes its results.
 */
async function useThePage(): Promise<string> {
  const { http } = up.told;
  const post = (path: string, headers: Record<string, string>, body: object) =>
    fetch(`${http}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  await post('/sign-in', {}, { token: secret('no-token') });
  const signedIn = await post('/sign-in', {}, { token: secret('operator-token') });
  const [cookie = ''] = signedIn.headers.get('set-cookie')?.split(';') ?? [];
  const rows = [{ a: 'W7654321', b: person('rows') }];
  const started = await post('/batches', { cookie }, { task: TASK, rows });
  const { batchId } = (await started.json()) as { batchId: string };
  while (!receiver.asked.some((path) => path.startsWith('/results'))) await delay(500);
  for (const action of ['pause', 'resume']) {
    const why = `ask ${person('boss')}`;
    // Whose name is told with what she does.
    const who = { 'x-forwarded-user': `anna@store-${PERSON}.example` };
    const done = await post(`/api/batches/${batchId}/actions`, who, { action, id: action, why });
    expect(done.status).toBe(200);
  }
  return batchId;
}

/** Rows for every way a job can end, each with a person's address; and cells that are no rows at all. */
async function workbook(): Promise<string> {
  const folder = join(place.folder, TASK);
  mkdirSync(folder);
  const rows = FAULTS.map((fault, index) => {
    const address = person(fault === '' ? `buyer${index}` : `buyer${index}+sandbox=${fault}`);
    return index % 2 === 0
      ? [`W${1_000_000 + index}`, address]
      : [`https://store.apple.com/go/jp/vieworder/W${index}/${address}?token=${secret('order')}`, ''];
  });
  const noRows = [
    [`mail ${person('invalid')}`, ''],
    [`https://${person('login')}:${secret('url')}@[bad/`, person('other')],
    ['', person('alone')],
  ];
  return saveWorkbook([...rows, ...noRows], join(folder, 'OWRYT-list.xlsx'));
}

/** The lines and values that hold a mark, cut to where it is. */
function marked(found: readonly Found[], mark = MARKS): string[] {
  const lines = found.flatMap(({ where, text }) => text.split('\n').map((line) => ({ where, line })));
  return lines.flatMap(({ where, line }) => {
    const at = line.search(mark);
    return at === -1 ? [] : [`${where}: ${line.slice(Math.max(0, at - 200), at + 100)}`];
  });
}

it(
  'no secret and no e-mail address stands in a log, a history, a metric, a span or an error of a system at work',
  async () => {
    const path = await workbook();
    const { batchId } = JSON.parse((await place.run(['start', path, '--json'], traced())).out) as {
      batchId: string;
    };
    await tellAll();
    const status = async () =>
      JSON.parse((await place.run(['status', batchId, '--json'])).out) as {
        state: string;
        counts: { failed: number; completed: number };
      };
    while ((await status()).state === 'running') await delay(500);
    expect(await status()).toMatchObject({ state: 'completed' });
    const retried = await place.run(['retry', batchId, '--json', '--why', 'once more']);
    expect(retried).toMatchObject({ code: 0 });
    await place.run(['pause', batchId, '--json', '--why', `a look at ${person('why')}`]);
    await place.run(['resume', batchId, '--json']);
    const ofRows = await useThePage();
    await place.run(['cancel', ofRows, '--drop', '--json']);
    while ((await status()).state === 'running') await delay(500);

    // One of the sweeps tells people, one looks into folders: both in vain.
    await runSchedules(up.told);

    // That the search would find what is there.
    const { counts } = await status();
    expect(counts.failed).toBeGreaterThan(5);
    expect(counts.completed).toBeGreaterThan(2);
    const dataDir = join(place.folder, 'data');
    const logs = allLogs(dataDir);
    const lines = logs.flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith('{'));
    const line = (message: string) =>
      lines.map((each) => JSON.parse(each) as Record<string, unknown>).find(({ msg }) => msg === message);
    const run = { workflowId: expect.stringContaining(batchId), runId: expect.any(String), batchId };
    expect(line('Excel processing complete')).toMatchObject({ ...run, rows: expect.any(Number) });
    expect(line('Successfully published')).toMatchObject({ ...run, jobId: expect.any(Number), row: 2 });
    expect(line('Failed to publish')).toMatchObject({ ...run, jobId: expect.any(Number), row: 3 });
    // By it anybody could answer for a worker.
    expect(logs.filter(({ text }) => text.includes('askToken'))).toEqual([]);
    const temporal = await allOfTemporal(up.told);
    for (const text of [`"batchId":"${batchId}"`, 'NOTICE_NOT_TAKEN', 'once more'])
      expect(temporal.filter((each) => each.text.includes(text))).not.toEqual([]);
    const figures = await allFigures(dataDir, secret('viewer-token'));
    expect(figures.filter(({ text }) => text.includes('tsuiseki_'))).toHaveLength(8);

    // Each process sends its spans every five seconds: what shows that all were searched has come.
    const traces = () => collector.bodies.map((text, index) => ({ where: `traces, ${index}`, text }));
    const runs = () => collector.spans.filter(({ name }) => name === 'RunWorkflow:TrackingBatchWorkflow');
    const awaited = ['RunActivity:publishJob', 'RunActivity:tellIncident', 'exception.message'];
    while (runs().length < 2 || !awaited.every((text) => traces().some((each) => each.text.includes(text))))
      await delay(500);

    const rows = (await place.run(['rows', batchId, '--json'])).out.trim().split('\n');
    expect(marked([{ where: 'rows', text: rows.join('\n') }]).length).toBeGreaterThan(10);
    const errors = rows.map((row, index) => {
      const { error, warnings } = JSON.parse(row) as { error: string | null; warnings: string[] };
      return { where: `the error of row ${index + 2}`, text: [error ?? '', ...warnings].join('\n') };
    });
    const said = await Promise.all(
      [['list'], ['status', batchId], ['doctor'], ['start', 'webdav:/none.xlsx']].map(async (args) => {
        const { out, err } = await place.run(args, { LOG_LEVEL: 'trace' });
        return { where: `tsuiseki ${args.join(' ')}`, text: `${out}\n${err}` };
      }),
    );
    expect(marked([...logs, ...temporal, ...figures, ...traces(), ...errors, ...said])).toEqual([]);
    // It shows the settings, a user's name among them.
    const config = await place.run(['config'], { NOTIFY_URL: `https://chat.example/${secret('chat')}` });
    expect(marked([{ where: 'tsuiseki config', text: config.out + config.err }], /zqxj/)).toEqual([]);
  },
  PATIENCE_MS,
);
