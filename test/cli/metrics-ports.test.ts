import { afterAll, expect, it } from 'vitest';
import { metricsPorts } from '../../src/cli/prometheus-targets.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { workplace } from '../support/cli/workplace.ts';
import { closedPort, hangingServer } from '../support/servers.ts';

const place = workplace();
afterAll(() => place.remove());

const portsOf = (METRICS_PORT: string) => metricsPorts(readSettings({ METRICS_PORT }));

it('none unless set; any that are free; or one after the other', async () => {
  expect([...(await portsOf(''))]).toEqual([]);
  const free = await portsOf('0');
  expect([...free.keys()]).toEqual(Object.keys(QUEUES));
  expect(new Set(free.values()).size).toBe(7);
  for (const port of free.values()) expect(port).toBeGreaterThan(0);
  // Seven in a row are free somewhere.
  for (let first = 20_000; ; first += 50) {
    const found = await portsOf(String(first)).catch(() => null);
    if (found === null && first < 60_000) continue;
    expect([...(found?.values() ?? [])]).toEqual(Object.keys(QUEUES).map((_, index) => first + index));
    return;
  }
});

it('a port that is taken: one line, before anything is started', async () => {
  const taken = await hangingServer();
  const port = String(taken.port);
  const env = {
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
    TEMPORAL_ADDRESS: `127.0.0.1:${await closedPort()}`,
    METRICS_PORT: port,
  };
  const worker = await place.run(['worker', 'aggregation'], env);
  await taken.close();
  expect(worker).toEqual({
    code: 1,
    out: '',
    err: `127.0.0.1:${port} is taken by another program; set METRICS_PORT to another one (0: any)\n`,
  });
});
