import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedError } from '../errors.ts';

/**
 * For root only: a folder other accounts can pass through, for what cannot stay where it is because it lies
 * below a folder such as `/root`. Survives a restart of the machine where `/var` does.
 *
 * @throws EmbeddedError `NO_WRITABLE_FOLDER`
 */
export function sharedFolder(): string {
  const candidates = ['/var/lib/tsuiseki', '/var/tmp/tsuiseki', join(tmpdir(), 'tsuiseki')];
  for (const folder of candidates) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      // Below a folder anyone may write to, it may be somebody else's.
      const stats = lstatSync(folder);
      if (stats.isDirectory() && stats.uid === 0 && (stats.mode & 0o022) === 0) return folder;
    } catch {
      // Read-only: the next one.
    }
  }
  throw new EmbeddedError('NO_WRITABLE_FOLDER', `none of ${candidates.join(', ')} can be used by root alone`);
}
