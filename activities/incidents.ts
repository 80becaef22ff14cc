import { log } from '@temporalio/activity';
import { needsPerson } from '../src/batches/needs-person.ts';
import { databaseNow } from '../src/db/database.ts';
import type { Database } from '../src/db/database.ts';
import { findIncident, markTold, noteSightings, untoldIncidents } from '../src/db/incidents.ts';
import type { Incident } from '../src/db/incidents.ts';
import type { Notice } from '../src/outbound/notices/notice.ts';
import { sendNotice } from '../src/outbound/notices/send-notice.ts';
import type { Receiver } from '../src/outbound/notices/send-notice.ts';
import { withoutPersonalData } from '../src/redact.ts';
import { asActivities, tellWait } from './as-activities.ts';

export interface IncidentDeps {
  database: Pick<Database, 'db'>;
  jobDeadlineMs: number;
  /** Null: nobody is to be told, and nothing is looked for. */
  receiver: Receiver | null;
  /** The database's own unless given. */
  now?: () => Promise<Date>;
}

export type IncidentActivities = ReturnType<typeof createIncidentActivities>;

const timeText = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Of one that was over before anybody could be told, its end alone is told, with what it was. */
function noticeOf({ id, kind, batchId, title, text, begunAt, overAt }: Incident): Notice {
  const isOver = overAt !== null && overAt > begunAt;
  return {
    id,
    kind,
    state: isOver ? 'over' : 'begun',
    batchId,
    title: withoutPersonalData(isOver ? `Over: ${title}` : title),
    text: withoutPersonalData(
      isOver ? `From ${timeText(begunAt)} to ${timeText(overAt)}. It was: ${text}` : text,
    ),
    begunAt: begunAt.toISOString(),
    overAt: isOver ? overAt.toISOString() : null,
  };
}

/** What needs a person, on `acquisition_queue`: found, and told once. */
export function createIncidentActivities(deps: IncidentDeps) {
  const { receiver, jobDeadlineMs } = deps;
  const { db } = deps.database;
  const now = deps.now ?? (() => databaseNow(db));
  return asActivities({
    /** Looks for what needs a person, writes it down, and gives of what people are still to be told. */
    async noteIncidents(): Promise<{ untold: number[] }> {
      if (receiver === null) return { untold: [] };
      const at = await now();
      await db.transaction(async (tx) => noteSightings(tx, await needsPerson(tx, at, jobDeadlineMs), at));
      return { untold: await untoldIncidents(db, at) };
    },

    /** Tells people of one incident. Only where its worker dies right after may they be told twice. */
    async tellIncident({ incidentId }: { incidentId: number }): Promise<void> {
      const incident = await findIncident(db, incidentId);
      if (receiver === null || incident === null || incident.overToldAt !== null) return;
      const notice = noticeOf(incident);
      tellWait('the receiver of messages for people');
      await sendNotice(receiver, notice);
      await markTold(db, incident, await now());
      log.info('People were told', { incidentId, kind: notice.kind, state: notice.state });
    },
  });
}
