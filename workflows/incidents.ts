import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { looking, telling } from './activity-proxies.ts';

/**
 * Tells people what needs them, a message an incident and one when it is over. What cannot be told now is told by the next
 * run of the schedule; a message that is refused keeps none of the others.
 */
export async function IncidentsWorkflow(): Promise<{ told: number }> {
  const { untold } = await looking.noteIncidents();
  let refused: ActivityFailure | null = null;
  for (const incidentId of untold) {
    try {
      await telling.tellIncident({ incidentId });
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      if (!(cause instanceof ApplicationFailure) || cause.type !== 'NOTICE_REFUSED') throw error;
      refused = error;
    }
  }
  if (refused !== null) throw refused;
  return { told: untold.length };
}
