import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { QUEUES } from '../../src/temporal/names.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import type { Workplace } from '../support/cli/workplace.ts';
import { startCollector } from '../support/e2e/collector.ts';
import type { Collector, Span } from '../support/e2e/collector.ts';

const PATIENCE_MS = 180_000;
const FAST = { PUBLISH_INTERVAL: '50ms', LOG_LEVEL: 'warn' };

let place: Workplace;
let collector: Collector;

beforeEach(async () => {
  place = workplace();
  collector = await startCollector();
});
afterEach(async () => {
  await collector.close();
  place.remove();
});

/** A whole system tracks a batch of six rows and ends, and all its processes with it. */
async function trackBatch(env: NodeJS.ProcessEnv): Promise<{ batchId: string; replayed: unknown }> {
  const up = await startUp(place, { ...FAST, ...env });
  try {
    const sample = await place.run(['sample', 'official_website_tracking', '--rows', '6']);
    const { code, out, err } = await place.run(['start', sample.out.trim(), '--wait', '--json'], env);
    expect({ code, err }).toMatchObject({ code: 0 });
    const { batchId } = JSON.parse(out) as { batchId: string };
    const { out: replayed } = await place.run(['replay', '--batch', batchId, '--json']);
    return { batchId, replayed: JSON.parse(replayed) };
  } finally {
    await up.stop();
  }
}

const named = (spans: readonly Span[], name: string) => {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found;
};

it(
  'the spans of one batch are one tree: the command, the workflow, each activity, each request',
  async () => {
    const { replayed } = await trackBatch({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
    });
    expect([...collector.logins]).toEqual(['Bearer of-the-collector']);
    const root = named(collector.spans, 'StartWorkflow:TrackingBatchWorkflow');
    expect(root).toMatchObject({ process: 'cli', parentSpanId: '' });
    const tree = collector.spans.filter(({ traceId }) => traceId === root.traceId);
    const byId = new Map(tree.map((span) => [span.spanId, span]));
    expect(byId.size).toBe(tree.length);
    expect(tree.filter(({ parentSpanId }) => !byId.has(parentSpanId))).toEqual([root]);

    const wayOf = (span: Span | undefined): string[] =>
      span === undefined ? [] : [...wayOf(byId.get(span.parentSpanId)), `${span.name} in ${span.process}`];
    const run = [
      'StartWorkflow:TrackingBatchWorkflow in cli',
      'RunWorkflow:TrackingBatchWorkflow in tracking_batch',
    ];
    for (const [name, process] of [
      ['readWorkbook', 'tracking_excel'],
      ['publishJob', 'publish_tracking'],
      ['processResults', 'tracking_webhook'],
      ['writeBack', 'tracking_webhook'],
    ] as const)
      expect(wayOf(named(tree, `RunActivity:${name}`))).toEqual([
        ...run,
        `StartActivity:${name} in tracking_batch`,
        `RunActivity:${name} in ${process}`,
      ]);
    const publishes = tree.filter(({ name }) => name.startsWith('POST '));
    expect(publishes.length).toBeGreaterThanOrEqual(6);
    for (const span of publishes)
      expect(wayOf(span).at(-2)).toBe('RunActivity:publishJob in publish_tracking');
    expect(tree.filter(({ name }) => name.startsWith('GET ')).length).toBeGreaterThanOrEqual(6);
    for (const { startTimeUnixNano, endTimeUnixNano } of tree)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));

    // A webhook's trace reaches into the workflow that it was signalled to.
    const signal = named(collector.spans, 'SignalWorkflow:webhookReceived');
    const webhook = collector.spans.find(({ spanId }) => spanId === signal.parentSpanId);
    expect(webhook).toMatchObject({ name: 'POST /webhooks/webscraper', process: 'http', parentSpanId: '' });
    const handled = collector.spans.find(({ parentSpanId }) => parentSpanId === signal.spanId);
    expect(handled).toMatchObject({ name: 'HandleSignal:webhookReceived', process: 'tracking_batch' });

    // Whoever turns traces off again goes on with the batches that run.
    expect(replayed).toMatchObject([{ divergence: null }]);
    // No workbook's row is told.
    for (const text of collector.bodies) expect(text).not.toMatch(/[\w.]+@[\w-]+\.|vieworder|token=/);
  },
  PATIENCE_MS,
);

it(
  'without configuration nothing of OpenTelemetry is loaded, in whichever process',
  async () => {
    const folder = join(place.folder, 'loaded');
    mkdirSync(folder);
    const preload = join(place.folder, 'tell-loaded.cjs');
    writeFileSync(
      preload,
      `const { writeFileSync } = require('node:fs');
       // The API alone, which does nothing by itself, comes with prom-client.
       const loaded = () => Object.keys(require.cache).filter((file) => /opentelemetry(?![/\\\\]api[/\\\\])/.test(file));
       process.on('exit', () => writeFileSync(
         ${JSON.stringify(folder)} + '/' + process.pid,
         JSON.stringify({ args: process.argv.slice(2), loaded: loaded() })));`,
    );
    await trackBatch({ NODE_OPTIONS: `--require ${preload}` });
    const told = readdirSync(folder).map(
      (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { args: string[]; loaded: string[] },
    );
    const ran = told.map(({ args }) => args.join(' '));
    for (const command of ['serve', 'up', 'start', ...Object.keys(QUEUES).map((name) => `worker ${name}`)])
      expect(ran.filter((args) => args.startsWith(command))).not.toEqual([]);
    expect(told.filter(({ loaded }) => loaded.length > 0)).toEqual([]);
    expect(collector.bodies).toEqual([]);
  },
  PATIENCE_MS,
);
