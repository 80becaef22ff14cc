import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchError } from '../bench/part.ts';
import { cacheFolders } from '../src/embedded/binaries/cache.ts';
import { platformKey } from '../src/embedded/binaries/spec.ts';
import { runCommand } from '../src/embedded/run-command.ts';

/** As `docker-compose.yml` pins it. */
export const TEMPORAL_VERSION = '1.32.0';

export interface ServerPrograms {
  server: string;
  /** Makes and updates the schema, which it has in itself. */
  sqlTool: string;
}

/** Seven minutes on two idle cores; on one that others use it may be an hour. */
const BUILD_TIMEOUT_MS = 75 * 60_000;

const programsIn = (folder: string): ServerPrograms => ({
  server: join(folder, 'server'),
  sqlTool: join(folder, 'sql'),
});

const entries = (env: NodeJS.ProcessEnv): string[] =>
  cacheFolders(env).map((folder) => join(folder, `temporal-server-${TEMPORAL_VERSION}-${platformKey()}`));

const cached = (env: NodeJS.ProcessEnv): string | undefined =>
  entries(env).find((entry) => existsSync(entry));

/** Why there is no server here and none can be built; null: there is or it can. */
export function serverMissing(env: NodeJS.ProcessEnv): string | null {
  const isThere = cached(env) !== undefined || spawnSync('go', ['version'], { env }).status === 0;
  return isThere
    ? null
    : `Temporal's server ${TEMPORAL_VERSION} is built with Go, and there is no \`go\` on PATH`;
}

/**
 * Temporal's server and its schema tool, from the cache or built into it from their Go module. GOMAXPROCS and other
 * variables of Go's hold.
 *
 * @throws BenchError
 */
export async function serverPrograms(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<ServerPrograms> {
  const there = cached(env);
  if (there !== undefined) return programsIn(there);
  const { entry, staging } = await makeStaging(env);
  try {
    const began = performance.now();
    onProgress(`building Temporal's server ${TEMPORAL_VERSION}, once; it takes minutes`);
    const packages = ['server', 'tools/sql'].map(
      (name) => `go.temporal.io/server/cmd/${name}@v${TEMPORAL_VERSION}`,
    );
    // Without cgo: no C compiler is needed, and the programs run on any Linux.
    const { exitCode, output } = await runCommand(
      'go',
      ['install', '-trimpath', '-ldflags=-s -w', ...packages],
      {
        env: { ...env, GOBIN: staging, CGO_ENABLED: '0' },
        timeoutMs: BUILD_TIMEOUT_MS,
        cwd: staging,
      },
    );
    if (exitCode !== 0)
      throw new BenchError('BENCH_PROCESS', `go install failed: ${output.trim().slice(-500)}`);
    // Complete in one step; another build that was faster has the same.
    await rename(staging, entry).catch((error: unknown) => {
      if (!existsSync(entry)) throw error;
    });
    onProgress(`built in ${Math.round((performance.now() - began) / 1_000)} s: ${entry}`);
    return programsIn(entry);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function makeStaging(env: NodeJS.ProcessEnv): Promise<{ entry: string; staging: string }> {
  for (const entry of entries(env)) {
    try {
      await mkdir(dirname(entry), { recursive: true, mode: 0o700 });
      return { entry, staging: await mkdtemp(join(dirname(entry), '.building-')) };
    } catch {
      // Not writable: the next one.
    }
  }
  throw new BenchError('BENCH_PROCESS', `no folder to keep Temporal's server in: ${entries(env).join(', ')}`);
}
