import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { incidents } from './incident-schema.ts';
import type { IncidentKind } from './incident-schema.ts';

export type Incident = typeof incidents.$inferSelect;

/** Something that needs a person, as it is now. */
export interface Sighting {
  kind: IncidentKind;
  subject: string;
  batchId: string | null;
  title: string;
  text: string;
  /** People are told once it has lasted so long. */
  patienceMs: number;
  /** It has no end: it is told once. */
  isMoment: boolean;
}

/**
 * Not seen for so long it is over: two looks and a half. A batch that hands over to its next run has no reason for a moment,
 * an account that opens may close with the next call.
 */
export const OVER_AFTER_MS = 150_000;
/** What could not be told for so long is no news. */
const NEWS_MS = 24 * 3_600_000;
const KEPT_MS = 60 * 24 * 3_600_000;
const MESSAGES_A_RUN = 20;

const before = (now: Date, ms: number) => new Date(now.getTime() - ms);

/**
 * Writes down what is seen now, and what is no longer seen: each incident has one row as long as it lasts. Run in a
 * transaction.
 */
export async function noteSightings(tx: Queries, sightings: readonly Sighting[], now: Date): Promise<void> {
  // Two runs of the schedule, one of them forgotten by a dead worker, would both begin the same incident.
  await tx.execute(sql`lock table ${incidents} in share row exclusive mode`);
  for (const sighting of sightings) await noteSighting(tx, sighting, now);
  await tx
    .update(incidents)
    .set({ overAt: now })
    .where(and(isNull(incidents.overAt), lte(incidents.seenAt, before(now, OVER_AFTER_MS))));
  // Over before anybody was to be told.
  await tx
    .update(incidents)
    .set({ overToldAt: now })
    .where(
      and(
        isNull(incidents.overToldAt),
        isNull(incidents.toldAt),
        sql`${incidents.dueAt} > ${incidents.overAt}`,
      ),
    );
  await tx.delete(incidents).where(lte(incidents.overAt, before(now, KEPT_MS)));
}

async function noteSighting(tx: Queries, sighting: Sighting, now: Date): Promise<void> {
  const { patienceMs, isMoment, ...seen } = sighting;
  const same = and(eq(incidents.kind, seen.kind), eq(incidents.subject, seen.subject));
  if (isMoment) {
    if ((await tx.select({ id: incidents.id }).from(incidents).where(same)).length > 0) return;
    await tx.insert(incidents).values({ ...seen, begunAt: now, dueAt: now, seenAt: now, overAt: now });
    return;
  }
  const dueAt = new Date(now.getTime() + patienceMs);
  await tx
    .insert(incidents)
    .values({ ...seen, begunAt: now, dueAt, seenAt: now })
    .onConflictDoUpdate({
      target: [incidents.kind, incidents.subject],
      targetWhere: sql`over_at is null`,
      set: {
        seenAt: now,
        title: seen.title,
        text: seen.text,
        // What is known to last longer than one would wait is told sooner.
        dueAt: sql`least(${incidents.dueAt}, ${dueAt.toISOString()}::timestamptz)`,
      },
    });
}

/** Of what people are to be told, the oldest first. */
export async function untoldIncidents(queries: Queries, now: Date): Promise<number[]> {
  const isNews = sql`(over_at is null or over_at > ${before(now, NEWS_MS).toISOString()}::timestamptz)`;
  const isDue = lte(incidents.dueAt, now);
  const found = await queries
    .select({ id: incidents.id })
    .from(incidents)
    .where(and(isNull(incidents.overToldAt), isDue, isNews, sql`(told_at is null or over_at is not null)`))
    .orderBy(asc(incidents.id))
    .limit(MESSAGES_A_RUN);
  return found.map((each) => each.id);
}

export async function findIncident(queries: Queries, incidentId: number): Promise<Incident | null> {
  const [found] = await queries.select().from(incidents).where(eq(incidents.id, incidentId));
  return found ?? null;
}

/** People were told of it, as it was then. */
export async function markTold(
  queries: Queries,
  { id, overAt }: Pick<Incident, 'id' | 'overAt'>,
  now: Date,
): Promise<void> {
  await queries
    .update(incidents)
    .set({
      toldAt: sql`coalesce(told_at, ${now.toISOString()}::timestamptz)`,
      ...(overAt === null ? {} : { overToldAt: now }),
    })
    .where(eq(incidents.id, id));
}
