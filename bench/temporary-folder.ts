import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from './cleanup.ts';

/** A new folder, removed with all that is in it at the end. */
export function temporaryFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-bench-'));
  // Started by root, Postgres runs under another account. It must pass: else its data go where nobody removes them.
  chmodSync(folder, 0o711);
  cleanup.add(folder, () => rm(folder, { recursive: true, force: true }));
  return folder;
}
