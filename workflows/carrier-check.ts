import { sleep } from '@temporalio/workflow';
import { checking } from './activity-proxies.ts';

/** With the longest pauses a run takes eight minutes; the next one of the schedule goes on. */
const REQUESTS_A_RUN = 10;

/** Asks Yamato after numbers that Japan Post does not know, ten a request, behind all batches. */
export async function CarrierCheckWorkflow(): Promise<{ asked: number }> {
  let asked = 0;
  // As many turns again may come to nothing: others ask, too.
  for (let turn = 0; turn < 2 * REQUESTS_A_RUN && asked < 10 * REQUESTS_A_RUN; turn += 1) {
    // Workflow code's own random: a replay draws the same.
    const checked = await checking.checkNumbers({ pauseShare: Math.random() });
    asked += checked.asked;
    if (checked.waitMs === null) break;
    await sleep(checked.waitMs, { summary: 'the pause between two requests' });
  }
  return { asked };
}
