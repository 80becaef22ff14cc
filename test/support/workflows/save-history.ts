import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { packageRoot } from '../../../src/paths.ts';

/** One saved history for every shape that a batch can take. */
export const HISTORIES = join(packageRoot, 'test/replay/histories');

/** Saves a run's history as `{shape}.json.gz`, when `npm run histories` asks for it. */
export async function saveHistory(handle: WorkflowHandle, shape: string): Promise<void> {
  if (process.env['SAVE_HISTORIES'] !== '1') return;
  mkdirSync(HISTORIES, { recursive: true });
  const json = historyToJSON(await handle.fetchHistory());
  writeFileSync(join(HISTORIES, `${shape}.json.gz`), gzipSync(json, { level: 9 }));
}
