import type { Database } from '../src/db/database.ts';
import type { SandboxControl } from './sandbox-control.ts';
import { spread } from './statistics.ts';

/** One publish by its custom_id: the moment the account's clock gave it, and when it arrived at the sandbox. */
export interface PublishStamp {
  customId: string | null;
  startedMs: number;
  /** When the intent was written. */
  intentMs: number | null;
  /** Null: never arrived; its worker was killed. */
  arrivedMs: number | null;
}

/** Every publish that began, in that order: a turn that was only given is no start. */
export async function publishStamps(database: Database, sandbox: SandboxControl): Promise<PublishStamp[]> {
  const started = await database.sql<Omit<PublishStamp, 'arrivedMs'>[]>`
    select custom_id as "customId", (extract(epoch from c.started_at) * 1000)::float8 as "startedMs",
      (extract(epoch from j.intent_at) * 1000)::float8 as "intentMs"
    from calls c left join jobs j on j.id = c.job_id
    where c.kind = 'publish' and (c.finished_at is not null or j.state = 'publishing') order by c.started_at`;
  const arrived = new Map((await sandbox.publishes()).map(({ customId, at }) => [customId, at]));
  // A turn lost with its worker, before the intent: the job took another one, and that is the one that arrived.
  const lastOf = new Map(started.map((stamp) => [stamp.customId, stamp]));
  return started.map((stamp) =>
    lastOf.get(stamp.customId) === stamp
      ? { ...stamp, arrivedMs: arrived.get(stamp.customId) ?? null }
      : { ...stamp, intentMs: null, arrivedMs: null },
  );
}

/** Where the time between a start stamp and the arrival goes. */
export function lateness(stamps: readonly PublishStamp[]): string {
  const differences = (from: keyof PublishStamp, to: keyof PublishStamp) =>
    stamps.flatMap((stamp) => {
      const [first, last] = [stamp[from], stamp[to]];
      return typeof first === 'number' && typeof last === 'number' ? [last - first] : [];
    });
  const missing = stamps.filter(({ arrivedMs }) => arrivedMs === null).length;
  return [
    `start stamp to arrival: ${spread(differences('startedMs', 'arrivedMs'))}`,
    `to the intent: ${spread(differences('startedMs', 'intentMs'))}`,
    `from there to arrival: ${spread(differences('intentMs', 'arrivedMs'))}`,
    `not arrived: ${missing}`,
  ].join('; ');
}

export async function rowStates(database: Database): Promise<Record<string, number>> {
  const counted = await database.sql<{ state: string; count: number }[]>`
    select state, count(*)::int as count from rows group by state order by state`;
  return Object.fromEntries(counted.map(({ state, count }) => [state, count]));
}

/** Whether every batch has come to its end, its last writeback included. */
export async function allEnded(database: Database): Promise<true | null> {
  const [open] = await database.sql`select 1 from batches where finished_at is null limit 1`;
  return open === undefined ? true : null;
}
