import { condition, continueAsNew, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import { acquisition, examining } from './activity-proxies.ts';
import { workbookSaved } from '../src/temporal/messages.ts';

/** Editors save in bursts, and two webhooks may tell of one save: examined once it is quiet, or after so long. */
const QUIET_MS = 1_000;
const LONGEST_BURST_MS = 10_000;
/** A batch that is ending takes no more rows: what was saved waits for its end, which a locked workbook may put off for days. */
const ENDING_PAUSES = { firstMs: 10_000, longestMs: 60_000 };

/** One workbook's saves: each burst is examined once, and starts what it leaves to do. Gives what came of the last. */
export async function WorkbookSaveWorkflow({ workbook }: { workbook: string }): Promise<string> {
  let saves = 0;
  setHandler(workbookSaved, () => {
    saves += 1;
  });
  let examined = 0;
  let outcome = '';
  do {
    await quiet(() => saves);
    examined = saves;
    outcome = await examine(workbook);
  } while (saves > examined);
  return outcome;
}

/** Resolves once no save came for a while. */
async function quiet(count: () => number): Promise<void> {
  const until = Date.now() + LONGEST_BURST_MS;
  for (let before = -1; before !== count() && Date.now() < until;) {
    before = count();
    await condition(() => count() !== before, QUIET_MS);
  }
}

async function examine(workbook: string): Promise<string> {
  for (let pauseMs = ENDING_PAUSES.firstMs; ; pauseMs = Math.min(2 * pauseMs, ENDING_PAUSES.longestMs)) {
    const { outcome, running, started, writeAgain, answers } = await examining.examineSave({ workbook });
    // What cannot be written now is tried again by the sweep.
    for (const batchId of writeAgain) await acquisition.writeBack({ batchId }).catch(() => null);
    if (answers !== undefined) await acquisition.answerWords({ workbook: answers }).catch(() => null);
    if (started !== null) await acquisition.startSavedBatch({ batchId: started });
    if (running === null) return outcome;
    if (await acquisition.tellBatch({ batchId: running })) return outcome;
    await sleep(pauseMs, { summary: 'the running batch is ending' });
    // Its successor examines anew whatever was saved until then.
    if (workflowInfo().continueAsNewSuggested)
      return continueAsNew<typeof WorkbookSaveWorkflow>({ workbook });
  }
}
