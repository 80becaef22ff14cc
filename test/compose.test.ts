import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { effectiveSettings, readSettings } from '../src/settings/settings.ts';
import { packageRoot } from '../src/paths.ts';
import { QUEUES } from '../src/temporal/names.ts';

const file = join(packageRoot, 'docker-compose.yml');

/** Debian's `docker-compose`, or the plugin of Docker's own. */
const COMPOSE = [
  ['docker-compose', []],
  ['docker', ['compose']],
] as const;
const compose = COMPOSE.find(
  ([command, args]) => spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);

/** Where CI runs it must be there; elsewhere the run says that it was skipped. */
const maySkip = (process.env['CI'] ?? '') === '';

it.skipIf(compose === undefined && maySkip)('docker-compose config accepts it', { timeout: 60_000 }, () => {
  if (compose === undefined) throw new Error('docker-compose is missing: apt-get install docker-compose');
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-compose-'));
  copyFileSync(file, join(folder, 'docker-compose.yml'));
  writeFileSync(join(folder, '.env'), 'POSTGRES_PASSWORD=hush\nWEBHOOK_TOKEN=token\n');
  const { PATH, HOME } = process.env;
  const [command, args] = compose;
  try {
    const config = execFileSync(command, [...args, 'config'], {
      cwd: folder,
      env: { PATH, HOME },
      encoding: 'utf8',
    });
    for (const worker of Object.keys(QUEUES)) expect(config).toMatch(new RegExp(`^  ${worker}:$`, 'm'));
    expect(config).toContain('postgres://tsuiseki:hush@postgres:5432/tsuiseki');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('hands every setting on to the containers', () => {
  const text = readFileSync(file, 'utf8');
  // Set by the image; the server in the file asks for no key.
  const elsewhere = new Set(['TSUISEKI_DATA_DIR', 'HTTP_HOST', 'HTTP_PORT', 'TEMPORAL_API_KEY']);
  const names = Object.keys(effectiveSettings(readSettings({}))).filter((name) => !elsewhere.has(name));
  expect(names.filter((name) => !new RegExp(`^  ${name}:`, 'm').test(text))).toEqual([]);
});
