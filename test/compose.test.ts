import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { effectiveSettings, readSettings } from '../src/settings/settings.ts';
import { packageRoot } from '../src/paths.ts';
import { QUEUES } from '../src/temporal/names.ts';
import { DEFAULT_CHILD_LIMITS } from '../src/workbook/apart/process.ts';
import { composeConfig, missingCompose } from './support/compose/compose-config.ts';
import { needs } from './support/component.ts';

const text = readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8');
const ENV = { POSTGRES_PASSWORD: 'hush', WEBHOOK_TOKEN: 'token', METRICS_TOKEN: '0123456789abcdef' };
const WORKERS = Object.keys(QUEUES);

needs(missingCompose)('docker-compose', () => {
  it('accepts it, with a service for each worker', () => {
    const { services } = composeConfig(ENV);
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining([...WORKERS, 'http', 'prometheus', 'grafana']),
    );
    for (const name of [...WORKERS, 'http', 'migrate'])
      expect(services[name]?.environment).toMatchObject({
        DATABASE_URL: 'postgres://tsuiseki:hush@postgres:5432/tsuiseki',
        TEMPORAL_ADDRESS: 'temporal:7233',
        METRICS_PORT: '9464',
      });
  });

  it('publishes the HTTP server alone, on the loopback address', () => {
    const { services } = composeConfig(ENV);
    const published = Object.entries(services).filter(([, { ports = [] }]) => ports.length > 0);
    expect(published.map(([name]) => name)).toEqual(['http']);
    expect(JSON.stringify(published)).toContain('127.0.0.1');
  });

  it('publishes what asks nobody on the loopback address alone, for who wants it', () => {
    const { services } = composeConfig(ENV, ['docker-compose.yml', 'docker-compose.loopback.yml']);
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toHaveLength(5);
    for (const port of ports) expect(JSON.stringify(port)).toContain('127.0.0.1');
  });

  it('without WEB_UI_URL the page links to the Web UI that is published, where it is', () => {
    const files = ['docker-compose.yml', 'docker-compose.loopback.yml'];
    const linksTo = (env: Record<string, string>) =>
      composeConfig(env, files).services['http']?.environment?.['WEB_UI_URL'];
    expect(linksTo(ENV)).toBe('http://localhost:8233');
    expect(linksTo({ ...ENV, WEB_UI_URL: 'https://ui.example' })).toBe('https://ui.example');
  });

  it('lets every worker be scaled: no name and no port of it is fixed', () => {
    const { services } = composeConfig(ENV);
    for (const name of WORKERS)
      for (const fixed of ['container_name', 'hostname', 'ports', 'network_mode'])
        expect(services[name]).not.toHaveProperty(fixed);
  });

  it('starts without a .env, Prometheus being nobody then', () => {
    const { services } = composeConfig({});
    const { VIEWER_TOKENS } = services['http']?.environment ?? {};
    expect(readSettings({ VIEWER_TOKENS: VIEWER_TOKENS ?? '' }).viewerTokens).toEqual([]);
  });
});

it('hands every setting on to the containers', () => {
  // Set by the image; the server in the file asks for no key.
  const elsewhere = new Set(['TSUISEKI_DATA_DIR', 'HTTP_HOST', 'HTTP_PORT', 'TEMPORAL_API_KEY']);
  const names = Object.keys(effectiveSettings(readSettings({}))).filter((name) => !elsewhere.has(name));
  expect(names.filter((name) => !new RegExp(`^  ${name}:`, 'm').test(text))).toEqual([]);
});

it('the HTTP server has room for the process that a workbook is given', () => {
  const { services } = parse(text, { merge: true }) as { services: Record<string, { mem_limit?: string }> };
  expect(DEFAULT_CHILD_LIMITS.maxHeapMb).toBeLessThan(1024);
  expect(services['http']?.mem_limit).toBe('1g');
});

it('mounts files that are there, at the places where Grafana and Prometheus look', () => {
  const mounts = [...text.matchAll(/^ +- \.\/(\S+?):(\/\S+?):ro$/gm)].map(([, from = '', to]) => ({
    from,
    to,
  }));
  expect(mounts.filter(({ from }) => !existsSync(join(packageRoot, from)))).toEqual([]);
  const mountOf = (file: string) => mounts.find(({ from }) => from === `temporal-config/${file}`)?.to ?? '';
  const { providers } = parse(
    readFileSync(join(packageRoot, 'temporal-config/grafana-dashboards.yaml'), 'utf8'),
  ) as { providers: { options: { path: string } }[] };
  const dashboard = mountOf('grafana-dashboard.json');
  expect(providers.map(({ options }) => options.path)).toEqual([dashboard.replace(/\/[^/]+$/, '')]);
  expect(text).toContain(`GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: ${dashboard}`);
  expect(mountOf('grafana-datasource.yaml')).toMatch(/^\/etc\/grafana\/provisioning\/datasources\//);
  expect(mountOf('grafana-dashboards.yaml')).toMatch(/^\/etc\/grafana\/provisioning\/dashboards\//);
  expect(readdirSync(join(packageRoot, 'temporal-config'))).toContain('prometheus-compose.yaml');
});

it('Prometheus asks every worker, whatever their number', () => {
  const { scrape_configs: jobs } = parse(
    readFileSync(join(packageRoot, 'temporal-config/prometheus-compose.yaml'), 'utf8'),
  ) as { scrape_configs: { dns_sd_configs?: { names: string[]; port: number }[] }[] };
  const found = jobs.flatMap(({ dns_sd_configs: each = [] }) => each);
  expect(found).toMatchObject([{ names: WORKERS, port: 9464 }]);
});
