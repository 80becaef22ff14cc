import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { packageRoot } from '../../../src/paths.ts';

/** One saved history for every shape that a batch can take. */
export const HISTORIES = join(packageRoot, 'test/replay/histories');

/** Saves the history of a shape that has none yet, when `npm run histories` asks for it: those that are there stay. */
export async function saveHistory(handle: WorkflowHandle, shape: string): Promise<void> {
  if (process.env['SAVE_HISTORIES'] !== '1') return;
  mkdirSync(HISTORIES, { recursive: true });
  const json = historyToJSON(await handle.fetchHistory());
  const file = join(HISTORIES, `${shape}.json.gz`);
  if (!existsSync(file)) writeFileSync(file, gzipSync(json, { level: 9 }));
}
