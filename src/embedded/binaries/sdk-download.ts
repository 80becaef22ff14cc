import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorMessage } from '../../errors.ts';
import type { BinarySpec } from './spec.ts';
import { EmbeddedError } from '../errors.ts';
import { runCommand } from '../run-command.ts';
import { extractFromZip } from './wheel.ts';

/**
 * The service the SDK's core asks for its own dev and test server (`ephemeral_server/mod.rs` of
 * `@temporalio/core-bridge`), with the same parameters. It publishes no checksums: what comes from there
 * rests on TLS and on the vendor alone, as it does for every user of the SDK's `cached-download`.
 */
export const SDK_DOWNLOAD_SERVICE = 'https://temporal.download';

/** The service is asked first, also where there is no internet: a short wait, or every start is slow. */
const INFO_TIMEOUT_MS = 3_000;
const ARCHIVE_TIMEOUT_MS = 10 * 60_000;
const EXTRACT_TIMEOUT_MS = 60_000;

interface DownloadInfo {
  readonly archiveUrl: string;
  readonly fileToExtract: string;
}

function sdkVersion(): string {
  const require = createRequire(import.meta.url);
  const { version } = require('@temporalio/client/package.json') as { version: string };
  return version;
}

function infoUrl(spec: BinarySpec, service: string): URL {
  const url = new URL(`${service}/${spec.sdkArtifact}/default`);
  url.searchParams.set('arch', process.arch === 'arm64' ? 'arm64' : 'amd64');
  url.searchParams.set('platform', process.platform === 'win32' ? 'windows' : process.platform);
  url.searchParams.set('sdk-name', 'sdk-typescript');
  url.searchParams.set('sdk-version', sdkVersion());
  return url;
}

async function readInfo(url: URL): Promise<DownloadInfo> {
  const response = await fetch(url, { signal: AbortSignal.timeout(INFO_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const info = (await response.json()) as Partial<DownloadInfo>;
  if (typeof info.archiveUrl !== 'string' || typeof info.fileToExtract !== 'string') {
    throw new TypeError('an answer without archiveUrl and fileToExtract');
  }
  return { archiveUrl: info.archiveUrl, fileToExtract: info.fileToExtract };
}

/**
 * Downloads the binary as the SDK itself would, and writes it to `target`.
 *
 * @throws EmbeddedError `BINARY_NOT_FOUND` when the service cannot be reached or its archive not read.
 */
export async function downloadFromSdkService(
  spec: BinarySpec,
  target: string,
  env: NodeJS.ProcessEnv,
  service = SDK_DOWNLOAD_SERVICE,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-sdk-'));
  try {
    const info = await readInfo(infoUrl(spec, service));
    const archive = join(folder, 'archive');
    const response = await fetch(info.archiveUrl, { signal: AbortSignal.timeout(ARCHIVE_TIMEOUT_MS) });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status} for the archive`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
    await extract(archive, info, target, folder, env);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? ` (${errorMessage(error.cause)})` : '';
    const text = `the SDK's download: ${errorMessage(error)}${cause}`;
    throw new EmbeddedError('BINARY_NOT_FOUND', text, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function extract(
  archive: string,
  info: DownloadInfo,
  target: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const name = info.fileToExtract;
  if (new URL(info.archiveUrl).pathname.endsWith('.zip')) {
    await extractFromZip(archive, name.split('/').at(-1) ?? name, target);
    return;
  }
  // Beside the target: a rename must not cross file systems.
  const beside = await mkdtemp(join(dirname(target), '.tar-'));
  try {
    const args = ['-xzf', archive, '-C', beside, name];
    const result = await runCommand('tar', args, { env, cwd: folder, timeoutMs: EXTRACT_TIMEOUT_MS });
    if (result.exitCode !== 0) throw new Error(`tar: ${errorMessage(result.output, 200)}`);
    await rename(join(beside, name), target);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
