import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS } from '../../src/http/metrics/catalogue.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { packageRoot } from '../../src/paths.ts';
import { needs } from '../support/component.ts';
import { missingProgram } from '../support/programs.ts';

const RULES = join(packageRoot, 'temporal-config/alerts.yaml');
const TESTS = join(packageRoot, 'test/temporal-config/alerts.test.yaml');
const rules = readFileSync(RULES, 'utf8');
const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name ?? '');

needs(missingProgram('promtool', 'prometheus'))('promtool', () => {
  it('fires each alert beyond its limit, and not at it', () => {
    const said = execFileSync('promtool', ['test', 'rules', TESTS], { encoding: 'utf8' });
    expect(said).toContain('SUCCESS');
  });

  it('accepts the rules', () => {
    const said = execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    expect(said).toContain(`${alerts.length} rules found`);
  });
});

it('each alert is tried, says what is wrong and what to type', () => {
  expect(alerts.length).toBeGreaterThan(0);
  const tried = [...readFileSync(TESTS, 'utf8').matchAll(/^ {8}alertname: (\w+)$/gm)].map(
    ([, name]) => name ?? '',
  );
  expect([...new Set(tried)].toSorted()).toEqual(alerts.toSorted());
  for (const annotation of ['summary', 'command'])
    expect(rules.match(new RegExp(`^ +${annotation}: .`, 'gm'))).toHaveLength(alerts.length);
});

it('each command that an alert names is one', () => {
  const named = [...rules.matchAll(/\btsuiseki ([a-z]+)/g)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !COMMANDS.has(name))).toEqual([]);
});

it('each metric that an alert names is one', () => {
  const ofWorkers = ['tsuiseki_process_resident_memory_bytes', 'tsuiseki_page_credits'];
  const named = [...rules.matchAll(/\btsuiseki_[a-z_]+(?=[{)[])/g)].map(([name]) => name);
  expect(named.filter((name) => !(name in METRICS) && !ofWorkers.includes(name))).toEqual([]);
});
