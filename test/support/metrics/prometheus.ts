import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { anyFreePort } from '../../../src/embedded/ports.ts';

/** What the tests read of Prometheus's answers. */
export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

export interface Prometheus {
  /** A query's samples at this moment; throws with Prometheus's own words. */
  query(expr: string): Promise<Sample[]>;
  /** `/api/v1/…`, its data. */
  api<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Prometheus as Debian has it, with that configuration: written into a folder of its own, which does not outlive it. */
export async function startPrometheus(config: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-prometheus-'));
  const file = join(folder, 'prometheus.yaml');
  writeFileSync(file, config);
  const address = `127.0.0.1:${await anyFreePort()}`;
  const args = [
    ...[`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`],
    ...[`--web.listen-address=${address}`, '--log.level=warn'],
  ];
  const child = spawn('prometheus', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  async function api<T>(path: string): Promise<T> {
    if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${said}`);
    const answer = await fetch(`http://${address}/api/v1/${path}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(error);
    return data;
  }
  return {
    api,
    query: async (expr) =>
      (await api<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
