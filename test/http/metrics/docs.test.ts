import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS } from '../../../src/http/metrics/catalogue.ts';
import { packageRoot } from '../../../src/paths.ts';

const textOf = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const docs = textOf('docs/metrics.md');
const dashboard = textOf('temporal-config/grafana-dashboard.json');

it('every metric and every alert has its line in the docs', () => {
  const lines = docs.split('\n');
  const told = (name: string) => lines.some((line) => line.startsWith(`| \`${name}\``));
  expect(Object.keys(METRICS).filter((name) => !told(name))).toEqual([]);
  const alerts = [...textOf('temporal-config/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(
    ([, name]) => name ?? '',
  );
  expect(alerts.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
});

it('every metric is in the dashboard, and no other of ours', () => {
  const own = [
    'tsuiseki_process_resident_memory_bytes',
    'tsuiseki_page_credits',
    'tsuiseki_writeback_conflicts_total',
  ];
  const shown = new Set(dashboard.match(/tsuiseki_[a-z_]+/g));
  expect([...shown].toSorted()).toEqual([...Object.keys(METRICS), ...own].toSorted());
});
