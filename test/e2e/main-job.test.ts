import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';

function run(
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageRoot, 'bin/tsuiseki.js'), ...args], { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.once('exit', (code) => resolve({ code, out, err }));
  });
}

it('the demo tracks a whole workbook and ends by itself, every row right', { timeout: 180_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tsuiseki-e2e-'));
  // As root Postgres runs as another account, and what lies in a closed folder is kept elsewhere, and stays.
  chmodSync(dataDir, 0o711);
  const env = { ...process.env, TSUISEKI_DATA_DIR: dataDir, HTTP_PORT: '0', PUBLISH_INTERVAL: '200ms' };
  const { code, out, err } = await run(['demo'], env);
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(out).toContain('all 25 rows came out right');
  rmSync(dataDir, { recursive: true, force: true });
});

it('what cannot start says so in one line', async () => {
  const wrong = await run(['config'], { ...process.env, PUBLISH_INTERVAL: '5ms' });
  expect(wrong.code).toBe(2);
  expect(wrong.err).toBe('PUBLISH_INTERVAL is "5ms"; allowed: 0s (no pace) or at least 10ms\n');
});
