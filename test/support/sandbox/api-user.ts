import { parse } from 'csv-parse/sync';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { DEFAULT_SITEMAPS, startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox, SandboxOptions, ScrapedTask } from '../../../src/sandbox/index.ts';

export const TOKEN = 'secret';
/** New Year's holidays: dates without a year fall into the year before. */
export const TOKYO_NOON = new Date('2026-01-03T03:00:00Z');

const releasers: (() => Promise<void>)[] = [];

/** To be called once a test file: closes what its tests started. */
export function releaseAfterEach(): void {
  afterEach(async () => {
    for (const release of releasers.splice(0).toReversed()) await release();
  });
}

export async function sandboxWith(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    token: TOKEN,
    jobDurationMs: 20,
    resendDelaysMs: [30, 60],
    datesFrom: TOKYO_NOON,
    slowAnswerMs: 100,
    ...options,
  });
  releasers.push(() => sandbox.close());
  return sandbox;
}

/** A receiver of notifications; it answers with `answers`, then 200. */
export interface Hook {
  url: string;
  received: { form: URLSearchParams; at: number; type: string }[];
  answers: (number | 'hang')[];
}

export async function receiver(): Promise<Hook> {
  const hook: Hook = { url: '', received: [], answers: [] };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const type = request.headers['content-type'] ?? '';
    hook.received.push({ form: new URLSearchParams(body), at: performance.now(), type });
    const answer = hook.answers.shift() ?? 200;
    if (answer === 'hang') return;
    response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  releasers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/webscraper?token=t`;
  return hook;
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 800; round++) {
    if (await condition()) return;
    await sleep(5);
  }
  throw new Error('waited 4 s in vain');
}

export function api(sandbox: Sandbox, path: string, query = ''): string {
  return `${sandbox.url}/${path}?api_token=${TOKEN}${query}`;
}

export interface Answer<T> {
  success: boolean;
  data: T;
  total: number;
}

export type JobView = Record<string, unknown> & { id: number; status: string };

/** The JSON of a GET. */
export async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

export function jobView(sandbox: Sandbox, id: number): Promise<JobView> {
  return get<Answer<JobView>>(api(sandbox, `scraping-job/${id}`)).then(({ data }) => data);
}

export async function jobCount(sandbox: Sandbox): Promise<number> {
  return (await get<Answer<JobView[]>>(api(sandbox, 'scraping-jobs'))).total;
}

export function post(url: string, body: unknown, timeoutMs = 4000): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

export function publish(
  sandbox: Sandbox,
  task: ScrapedTask,
  urls: string[],
  customId = 'c1',
  timeoutMs?: number,
): Promise<Response> {
  const body = {
    sitemap_id: DEFAULT_SITEMAPS[task],
    driver: 'fulljs',
    page_load_delay: 2000,
    request_interval: 2000,
    start_urls: urls,
    custom_id: customId,
  };
  return post(api(sandbox, 'scraping-job'), body, timeoutMs);
}

export async function publishedId(
  sandbox: Sandbox,
  task: ScrapedTask,
  urls: string[],
  customId?: string,
): Promise<number> {
  const answer = await publish(sandbox, task, urls, customId);
  const { success, data } = (await answer.json()) as Answer<{ id: number }>;
  if (!success) throw new Error(`publish answered ${answer.status}`);
  return data.id;
}

/** Waits for a job's end without an API call, then asks the API for it. */
export async function ended(sandbox: Sandbox, id: number): Promise<JobView> {
  await until(async () => {
    const jobs = await get<JobView[]>(`${sandbox.controlUrl}/jobs`);
    const status = jobs.find((job) => job.id === id)?.status ?? '';
    return ['finished', 'failed', 'stopped'].includes(status);
  });
  return jobView(sandbox, id);
}

export function control(
  sandbox: Sandbox,
  method: string,
  path: string,
  body: object = {},
): Promise<Response> {
  return fetch(`${sandbox.controlUrl}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export type Row = Record<string, string>;

export async function csvOf(sandbox: Sandbox, id: number): Promise<Row[]> {
  const text = await (await fetch(api(sandbox, `scraping-job/${id}/csv`))).text();
  return parse(text, { columns: true, bom: true });
}

export function startUrlOf(row: Row): string | undefined {
  return row['web-scraper-start-url'] ?? row['web_scraper_start_url'] ?? row['web_start_url'];
}

export function rowsByUrl(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const url = startUrlOf(row) ?? '';
    groups.set(url, [...(groups.get(url) ?? []), row]);
  }
  return groups;
}

/** A cell, read as the documentation of the results says. */
export function cellText(value: string | undefined): string {
  return value === undefined || /^(?:nan|None|null)$/.test(value) ? '' : value;
}

/** `names` joined, of the last row that has any of `keys`. */
export function lastText(rows: readonly Row[], keys: readonly string[], names: readonly string[]): string {
  const row = rows.findLast((candidate) => keys.some((key) => cellText(candidate[key]) !== ''));
  return names.map((name) => cellText(row?.[name])).join('｜｜｜');
}

export const YAMATO_FIELDS = ['data2', 'data3', 'name'];
export const POST_FIELDS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'];
export const DATE_FIELDS = ['order_date', 'estimated_delivery_date', 'Official-website-arrival-time'];

export function orderUrl(serial: number, more = ''): string {
  return `https://store.apple.com/go/jp/vieworder/W${1_000_000 + serial}/buyer${serial}@example.jp${more}`;
}

/** An order's URL that asks for a fault. */
export function marked(fault: string, serial = 1): string {
  return orderUrl(serial, `?sandbox=${fault}`);
}

export function yamatoUrl(number: string): string {
  return `http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=${number}`;
}

export function postUrl(number: string): string {
  const rest = 'search.x=62&search.y=13&startingUrlPatten=&locale=ja';
  return `https://trackings.post.japanpost.jp/services/srv/search?requestNo1=${number}&${rest}`;
}
