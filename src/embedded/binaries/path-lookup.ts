import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { isAtLeast } from './spec.ts';
import type { BinarySpec } from './spec.ts';
import { runCommand } from '../run-command.ts';

/** The test server is a native image that takes a second to print its trace on a busy machine. */
const PROBE_TIMEOUT_MS = 10_000;

/** Every executable file of that name on `PATH`, in order. Relative entries are left out, as unsafe. */
export async function executablesOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const found: string[] = [];
  for (const folder of new Set(folders)) {
    const file = join(folder, fileName);
    if (await isExecutable(file)) found.push(file);
  }
  return found;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The version a binary gives itself; null when it does not run or is something else. */
export async function probeVersion(
  spec: BinarySpec,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const { output } = await runCommand(file, spec.probeArguments, { env, timeoutMs: PROBE_TIMEOUT_MS });
  return spec.parseVersion(output);
}

/** The first copy on `PATH` that runs and is new enough. */
export async function findOnPath(
  spec: BinarySpec,
  env: NodeJS.ProcessEnv,
): Promise<{ path: string; version: string } | null> {
  for (const path of await executablesOnPath(spec.name, env)) {
    const version = await probeVersion(spec, path, env);
    if (version !== null && isAtLeast(version, spec.minimumVersion)) return { path, version };
  }
  return null;
}
