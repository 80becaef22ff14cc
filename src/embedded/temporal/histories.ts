import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Histories {
  readonly file: string;
  /** The server is ready: its tables are there. */
  complete(): void;
}

/**
 * The dev server's database in this folder. The server makes its tables in a new file alone: one in which it was killed
 * in the middle of that would never start again, and is made anew; it holds no histories yet.
 */
export function histories(folder: string): Histories {
  const file = join(folder, 'temporal.db');
  const incomplete = join(folder, 'temporal.db.incomplete');
  if (existsSync(incomplete))
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
  if (!existsSync(file)) writeFileSync(incomplete, '');
  return { file, complete: () => rmSync(incomplete, { force: true }) };
}
