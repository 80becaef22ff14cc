import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** In a thread of its own: sends wrong tokens at a steady pace, and tells by status how many were answered. */
const { http, perSecond, forMs } = workerData as { http: string; perSecond: number; forMs: number };

const EVERY_MS = 20;
const agent = new Agent({ keepAlive: true, maxSockets: 50 });
const answered = new Map<string, number>();
const count = (what: string) => answered.set(what, (answered.get(what) ?? 0) + 1);

function ask(number: number): void {
  const isWebhook = number % 2 === 0;
  const path = isWebhook ? `/webhooks/webscraper?token=wrong-${number}` : '/api/batches';
  const headers = isWebhook ? {} : { authorization: `Bearer wrong-${number}` };
  const sent = request(`${http}${path}`, { agent, headers, method: isWebhook ? 'POST' : 'GET' }, (answer) => {
    count(String(answer.statusCode));
    answer.resume();
  });
  sent.once('error', () => count('no answer'));
  sent.end();
}

const began = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const passedMs = performance.now() - began;
  if (passedMs > forMs) {
    clearInterval(timer);
    agent.destroy();
    parentPort?.postMessage({ sent, answered: Object.fromEntries(answered) });
    return;
  }
  for (const due = (passedMs / 1_000) * perSecond; sent < due; sent += 1) ask(sent);
}, EVERY_MS);
