import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/paths.ts';

/** Debian's `docker-compose`, or the plugin of Docker's own. */
const COMPOSE = [
  ['docker-compose', []],
  ['docker', ['compose']],
] as const;
const compose = COMPOSE.find(
  ([command, args]) => spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);

/** Why nothing can be read with Compose; null: it is there. */
export const missingCompose =
  compose === undefined ? 'docker-compose is missing: apt-get install docker-compose' : null;

/** A service as Compose understands it: the part that the tests read. */
export interface Service {
  image: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string | null>;
  ports?: unknown[];
  volumes?: unknown[];
  stop_grace_period?: string;
}

export interface ComposeConfig {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** What Compose makes of these files of ours with this `.env`; throws with its own words where it refuses them. */
export function composeConfig(
  env: Readonly<Record<string, string>>,
  files: readonly string[] = ['docker-compose.yml'],
): ComposeConfig {
  const [command, args] = compose ?? ['docker-compose', []];
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-compose-'));
  try {
    for (const file of files) copyFileSync(join(packageRoot, file), join(folder, file));
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, '.env'), lines.join(''));
    const { PATH, HOME } = process.env;
    const text = execFileSync(command, [...args, ...files.flatMap((file) => ['-f', file]), 'config'], {
      cwd: folder,
      env: { PATH, HOME },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return parse(text) as ComposeConfig;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
