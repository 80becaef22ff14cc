import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startFleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { percentile, spread } from '../statistics.ts';

const WRONG_A_SECOND = 2_000;
const SLOW_CLIENTS = 100;
const FOR_MS = 30_000;
const RIGHT_EVERY_MS = 100;
const MOST_P99_MS = 250;
/** As a client on a bad line: a character now and then, never the whole of it. */
const DRIP_EVERY_MS = 500;

interface Flood {
  sent: number;
  answered: Record<string, number>;
}

function flood(http: string): Promise<Flood> {
  const workerData = { http, perSecond: WRONG_A_SECOND, forMs: FOR_MS };
  const worker = new Worker(new URL('./wrong-tokens.js', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Half of them never end their headers, the others never their body. */
function slowClient(http: string, index: number): { socket: Socket; timer: NodeJS.Timeout } {
  const { hostname, port } = new URL(http);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.resume();
  socket.write('POST /webhooks/webscraper?token=bench HTTP/1.1\r\nHost: x\r\n');
  if (index % 2 === 0)
    socket.write('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), DRIP_EVERY_MS);
  return { socket, timer };
}

/** Right webhooks come through, whoever else hammers at the door or stands in it. */
export const wrongTokens: Part = {
  name: 'flood',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const { http } = await startFleet(context, {
      publishIntervalMs: 6_000,
      callLimit: 200,
      callWindowMs: 900_000,
      jobDurationMs: 2_000,
      publishWorkers: 1,
      settings: { OPERATOR_TOKENS: 'anna:a-token-of-sixteen' },
    });
    progress(`${WRONG_A_SECOND} wrong tokens a second, ${SLOW_CLIENTS} slow clients`);
    const slow = Array.from({ length: SLOW_CLIENTS }, (_, index) => slowClient(http, index));
    cleanup.add('the slow clients', async () => {
      for (const { socket, timer } of slow) {
        clearInterval(timer);
        socket.destroy();
      }
    });
    const flooded = flood(http);
    const answers: Promise<{ ok: boolean; ms: number }>[] = [];
    const until = performance.now() + FOR_MS;
    for (let job = 1; performance.now() < until; job += 1) {
      answers.push(rightWebhook(http, job));
      await delay(RIGHT_EVERY_MS);
    }
    const told = await Promise.all(answers);
    const { sent, answered } = await flooded;
    note(`wrong tokens sent: ${sent}; answered: ${JSON.stringify(answered)}`);
    const right = told.filter(({ ok }) => ok);
    const answerMs = told.map(({ ok, ms }) => (ok ? ms : Infinity));
    note(`right webhooks: ${spread(answerMs)}`);
    figure({
      figure: `right webhooks answered under ${WRONG_A_SECOND} wrong tokens a second and ${SLOW_CLIENTS} slow clients`,
      mustReach: `${told.length} of ${told.length}`,
      measured: right.length,
      unit: '',
      ok: right.length === told.length && sent >= (WRONG_A_SECOND * FOR_MS) / 1_100,
    });
    const p99 = percentile(answerMs, 0.99);
    figure({
      figure: 'the same, p99',
      mustReach: `< ${MOST_P99_MS} ms`,
      measured: p99,
      unit: 'ms',
      ok: p99 < MOST_P99_MS,
    });
  },
};

async function rightWebhook(http: string, job: number): Promise<{ ok: boolean; ms: number }> {
  const began = performance.now();
  const body = new URLSearchParams({
    scrapingjob_id: String(9_000_000 + job),
    status: 'finished',
    sitemap_id: '1',
    sitemap_name: 'x',
    custom_id: `yto-nobody-${job}`,
  });
  try {
    const answer = await fetch(`${http}/webhooks/webscraper?token=bench`, { method: 'POST', body });
    return { ok: answer.status === 200, ms: performance.now() - began };
  } catch {
    return { ok: false, ms: performance.now() - began };
  }
}
