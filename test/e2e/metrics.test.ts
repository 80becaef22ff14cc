import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { QUEUES } from '../../src/temporal/names.ts';
import { packageRoot } from '../../src/paths.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import type { Up } from '../support/cli/workplace.ts';
import { needs } from '../support/component.ts';
import { seriesIn, valuesOf } from '../support/metrics/exposition.ts';
import { startPrometheus } from '../support/metrics/prometheus.ts';
import type { Prometheus } from '../support/metrics/prometheus.ts';
import { missingProgram } from '../support/programs.ts';

/** Of a machine with other things to do. */
const PATIENCE = { timeout: 60_000, interval: 500 };
const NAMES = ['http', ...Object.keys(QUEUES)];
/** What must not be found in any figure. */
const MARKED = { WEBHOOK_TOKEN: 'marked-webhook-token', ONLYOFFICE_JWT_SECRET: 'marked-jwt-secret' };

const place = workplace();
const targetsFile = join(place.folder, 'data', 'prometheus-targets.json');
let up: Up;
/** The batch that was tracked, to be found in no label. */
let batchId: string;

interface Targets {
  targets: string[];
  labels: { process: string };
}
const targets = () => JSON.parse(readFileSync(targetsFile, 'utf8')) as Targets[];
const addressOf = (name: string) =>
  targets().find(({ labels }) => labels.process === name)?.targets[0] ?? 'none';
const scrape = async (name: string) => (await fetch(`http://${addressOf(name)}/metrics`)).text();

beforeAll(async () => {
  up = await startUp(place, { PUBLISH_INTERVAL: '50ms', LOG_LEVEL: 'warn', METRICS_PORT: '0', ...MARKED });
  const sample = await place.run(['sample', 'official_website_tracking', '--rows', '6']);
  const started = await place.run(['start', sample.out.trim(), '--wait', '--json']);
  ({ batchId } = JSON.parse(started.out) as { batchId: string });
}, 120_000);

afterAll(async () => {
  await up?.stop();
  place.remove();
}, 120_000);

it('`up` tells Prometheus where the figures of each process are', async () => {
  expect(targets().map(({ labels }) => labels.process)).toEqual(NAMES);
  const addresses = targets().flatMap((each) => each.targets);
  expect(new Set(addresses).size).toBe(NAMES.length);
});

it('each worker tells its memory, below its alert, and what the SDK counts', async () => {
  for (const name of Object.keys(QUEUES)) {
    const text = await scrape(name);
    const memory = valuesOf(text, 'tsuiseki_process_resident_memory_bytes');
    expect(Object.keys(memory)).toEqual([expect.stringContaining(`worker=${name}`)]);
    for (const bytes of Object.values(memory)) {
      expect(bytes).toBeGreaterThan(50e6);
      expect(bytes).toBeLessThan(400e6);
    }
    expect(text).toContain('temporal_');
  }
  const excel = await scrape('tracking_excel');
  expect(excel).toMatch(
    /temporal_activity_execution_latency_seconds_bucket\{[^}]*activity_type="readWorkbook"[^}]*le="300"/,
  );
});

it('the HTTP server tells of the batch that was tracked', async () => {
  const text = await scrape('http');
  expect(valuesOf(text, 'tsuiseki_part_up')).toEqual({ 'part=database': 1, 'part=temporal': 1 });
  expect(valuesOf(text, 'tsuiseki_batches_ended_last_day')).toEqual({ 'state=completed': 1 });
  expect(Object.values(valuesOf(text, 'tsuiseki_queue_polled'))).toEqual(Object.keys(QUEUES).map(() => 1));
  const published = valuesOf(text, 'tsuiseki_publishes_last_hour')['outcome=taken'];
  expect(published).toBeGreaterThan(0);
  expect(valuesOf(text, 'tsuiseki_webhook_to_database_seconds')['quantile=0.95']).toBeLessThan(60);
});

it('no figure holds a secret, an address, a path or an id', async () => {
  const labels = await Promise.all(
    NAMES.map(async (name) => [...seriesIn(await scrape(name)).keys()].join('\n')),
  );
  const all = labels.join('\n');
  for (const secret of [...Object.values(MARKED), batchId, place.folder, 'postgres:'])
    expect(all).not.toContain(secret);
  // The SDK names the queue a worker keeps for itself after its process; a value of ours holds no `@` at all.
  expect(
    all.split('\n').filter((line) => line.startsWith('tsuiseki_') && /@|https?:|\.xlsx/.test(line)),
  ).toEqual([]);
});

needs(missingProgram('prometheus', 'prometheus'))('a Prometheus that scrapes it', () => {
  let prometheus: Prometheus;

  beforeAll(async () => {
    const shipped = readFileSync(join(packageRoot, 'temporal-config/prometheus.yaml'), 'utf8');
    const config = shipped
      .replaceAll('15s', '1s')
      .replace('../.tsuiseki/prometheus-targets.json', targetsFile)
      .replace('alerts.yaml', join(packageRoot, 'temporal-config/alerts.yaml'));
    expect(config).toContain(targetsFile);
    prometheus = await startPrometheus(config);
    await vi.waitFor(async () => {
      const found = await prometheus.query('count_over_time(up{job="tsuiseki"}[1m]) > 2 and up == 1');
      expect(found.map(({ metric }) => metric['process'] ?? '').toSorted()).toEqual(NAMES.toSorted());
    }, PATIENCE);
  }, 90_000);
  afterAll(() => prometheus?.stop());

  /** Nothing came of these yet: no credits were asked, no workbook changed meanwhile, no carrier asked. */
  const SILENT =
    /tsuiseki_page_credits|tsuiseki_writeback_conflicts|tsuiseki_carrier_(?:requests|held)|execution_failed/;

  it('each query of the dashboard is answered, with figures', async () => {
    interface Panel {
      title: string;
      targets: { expr: string }[];
    }
    const { panels } = JSON.parse(
      readFileSync(join(packageRoot, 'temporal-config/grafana-dashboard.json'), 'utf8'),
    ) as { panels: Panel[] };
    const queries = panels.flatMap((panel) => panel.targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(20);
    // A schedule's first run comes within half a minute.
    await vi.waitFor(async () => {
      const found = await Promise.all(queries.map((expr) => prometheus.query(expr)));
      expect(queries.filter((expr, index) => found[index]?.length === 0 && !SILENT.test(expr))).toEqual([]);
    }, PATIENCE);
  });

  it('each alert is reckoned without an error, and none fires', async () => {
    interface Rules {
      groups: { rules: { name: string; health: string; state: string; lastError?: string }[] }[];
    }
    await vi.waitFor(async () => {
      const { groups } = await prometheus.api<Rules>('rules');
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(10);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
    }, PATIENCE);
  });

  it('a worker that is gone is seen', async () => {
    const excel = up.told.processes.find(({ name }) => name === 'tracking_excel');
    if (excel === undefined) throw new TypeError('no such process');
    process.kill(excel.pid, 'SIGSTOP');
    try {
      await vi.waitFor(async () => {
        const down = await prometheus.query('up{process="tracking_excel"} == 0');
        expect(down).toHaveLength(1);
      }, PATIENCE);
    } finally {
      process.kill(excel.pid, 'SIGCONT');
    }
  });
});
