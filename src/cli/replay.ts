import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import { runningBatches } from '../db/batches.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { note, printJson, printLine } from './print.ts';
import { batchNamed, withTemporal } from './session.ts';
import { UsageError } from './usage.ts';

class ReplayError extends TsuisekiError<'HISTORY_UNREADABLE' | 'REPLAY_DIVERGED'> {}

interface Options {
  batch?: string;
  json?: boolean;
}

/** A history, read when its turn comes: a long one has tens of megabytes. */
interface Source {
  name: string;
  read: () => Promise<unknown>;
}

function fileSource(file: string): Source {
  return {
    name: file,
    read: async () => {
      try {
        const bytes = await readFile(file);
        return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
      } catch (error) {
        const text = `${file} cannot be read as a history: ${errorMessage(error, 200)}`;
        throw new ReplayError('HISTORY_UNREADABLE', text, { cause: error });
      }
    },
  };
}

/** The named batch's history, or that of every running one, handed to `work` while Temporal is connected. */
function withLive(reference: string | undefined, work: (sources: Source[]) => Promise<void>): Promise<void> {
  return withTemporal(async ({ database, client }) => {
    const { liveHistory } = await import('../temporal/histories.ts');
    const batches =
      reference === undefined
        ? await runningBatches(database.db, 0)
        : [await batchNamed(database, reference)];
    if (batches.length === 0) note('no batch runs');
    await work(
      batches.map(({ workflowId }) => ({
        name: workflowId,
        read: () => liveHistory(client, workflowId),
      })),
    );
  });
}

async function replayAll(sources: readonly Source[], json: boolean): Promise<void> {
  // Loading the SDK's core takes a second: not before there is something to replay.
  const { replayHistory, withReplays } = await import('../../workers/replay.ts');
  const results: object[] = [];
  let diverged = 0;
  await withReplays(async () => {
    for (const { name, read } of sources) {
      const replayed = await replayHistory(name, await read());
      const { workflowType, events, divergence } = replayed;
      results.push({ source: name, ...replayed });
      if (divergence !== null) diverged += 1;
      if (json) continue;
      printLine(
        divergence === null
          ? `${name}: ${workflowType}, ${events} events replay`
          : `${name}: ${workflowType} diverges at event ${divergence.event}: recorded ${divergence.recorded}; the code now: ${divergence.now}`,
      );
    }
  });
  if (json) printJson(results);
  if (diverged > 0)
    throw new ReplayError(
      'REPLAY_DIVERGED',
      `${diverged} of ${sources.length} histories diverge: batches like them would stand still with this code`,
    );
}

/** `tsuiseki replay [FILE…] [--batch BATCH]`. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('replay histories against the present code; exit 1 when one diverges')
    .argument('[files...]', 'saved histories, .json or .json.gz; none: every running batch')
    .option('--batch <batch>', "this batch's history from Temporal: a batchId or a workflowId")
    .option('--json', 'an array, one object a history')
    .action((files: string[], { batch, json = false }: Options) => {
      if (files.length > 0 && batch !== undefined)
        throw new UsageError('USAGE', 'name files or --batch, not both');
      if (files.length > 0) return replayAll(files.map(fileSource), json);
      return withLive(batch, (sources) => replayAll(sources, json));
    });
}
