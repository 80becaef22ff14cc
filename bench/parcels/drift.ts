import { randomUUID } from 'node:crypto';
import { UNPACED } from '../durability/unpaced.ts';
import { startFleet } from '../fleet.ts';
import type { Fleet } from '../fleet.ts';
import type { Part, PartContext } from '../part.ts';
import { allEnded, rowStates } from '../stamps.ts';
import { until } from '../until.ts';
import { resume } from '../../src/temporal/messages.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';

const GOOD_JOBS = 10_000;
const DRIFT_AFTER = 10;
/** Of a hundred jobs so many come back empty, and fail. */
const EMPTY_OF_100 = 5;
const FAILED_OF_100 = 2;
/** Stretches in which every parcel is in one state, as parts of all. */
const STRETCHES: readonly { kind: FaultKind; from: number; to: number }[] = [
  { kind: 'not-found', from: 0.3, to: 0.4 },
  { kind: 'state-delivered', from: 0.5, to: 0.6 },
  { kind: 'state-unknown', from: 0.7, to: 0.71 },
];
const BROKEN: readonly FaultKind[] = ['no-columns', 'html-instead-of-csv', 'empty', 'job-failed'];
const BROKEN_ROWS = 300;
const GOOD_BEFORE = 100;
const PATIENCE_MS = 900_000;

interface Hold {
  reason: string;
  since: string;
}

async function holdOf({ database }: Fleet): Promise<Hold | null> {
  const [held] = await database.sql<Hold[]>`
    select held_reason as reason, held_since::text as since from task_drift where held_since is not null`;
  return held ?? null;
}

/** Empty and failed pages scattered over all of it, and its stretches, until nothing runs or a task is held. */
async function goodJobs(fleet: Fleet, rows: number): Promise<Hold | null> {
  const { sandbox } = fleet;
  let [empty, failed, seen] = [0, 0, 0];
  let stretch: FaultKind | null = null;
  const ended = async () => {
    const held = await holdOf(fleet);
    if (held !== null) return { held };
    seen = await publishedBy(fleet);
    const now = STRETCHES.find(({ from, to }) => seen >= from * rows && seen < to * rows)?.kind ?? null;
    if (now !== stretch) {
      await sandbox.clearFaults();
      if (now !== null) await sandbox.addFault({ kind: now });
      stretch = now;
    }
    for (; empty < (seen * EMPTY_OF_100) / 100; empty += 1)
      await sandbox.addFault({ kind: 'empty', times: 1 });
    for (; failed < (seen * FAILED_OF_100) / 100; failed += 1)
      await sandbox.addFault({ kind: 'job-failed', times: 1 });
    return (await allEnded(fleet.database)) === null ? null : { held: null };
  };
  const { held } = await until('the good jobs', PATIENCE_MS, ended);
  await sandbox.clearFaults();
  return held;
}

async function publishedBy({ database }: Fleet): Promise<number> {
  const [counted] = await database.sql<{ count: number }[]>`
    select count(*)::int as count from jobs where published_at is not null`;
  return counted?.count ?? 0;
}

/** A sitemap that breaks in the middle of a batch, is held, put right and resumed. */
async function broken(fleet: Fleet, kind: FaultKind, { figure, note, progress }: PartContext): Promise<void> {
  const { database, sandbox, temporal } = fleet;
  progress(kind);
  const [batch] = await fleet.startBatches([BROKEN_ROWS]);
  if (batch === undefined) return;
  const completed = async () => {
    const [found] = await database.sql`
      select 1 from batch_figures where batch_id = ${batch.batchId} and completed >= ${GOOD_BEFORE}`;
    return found === undefined ? null : true;
  };
  await until('good jobs', PATIENCE_MS, completed);
  await sandbox.addFault({ kind });
  const { reason, since } = await until('the hold', PATIENCE_MS, () => holdOf(fleet));
  const quiet = async () => {
    const [open] = await database.sql`select 1 from jobs where batch_id = ${batch.batchId}
      and state in ('publishing', 'published', 'incomplete') limit 1`;
    return open === undefined ? true : null;
  };
  await until('what was in flight', PATIENCE_MS, quiet);
  const failed = async () => {
    const [rows] = await database.sql<{ failed: number }[]>`
      select failed from batch_figures where batch_id = ${batch.batchId}`;
    return rows?.failed ?? 0;
  };
  const [told] = await database.sql<{ odd: number; late: number }[]>`
    select (select count(*)::int from odd_jobs where not released) as odd,
      (select count(*)::int from jobs where intent_at > ${since}::timestamptz) as late`;
  const { odd = 0, late = -1 } = told ?? {};
  const inARow = Number(/^\d+/.exec(reason)?.[0]);
  figure({
    figure: `${kind}: jobs paid for before the hold, beside those in flight`,
    mustReach: `≤ ${DRIFT_AFTER}`,
    measured: inARow,
    unit: 'jobs',
    ok: inARow <= DRIFT_AFTER,
  });
  figure({
    figure: `${kind}: jobs begun after it`,
    mustReach: '0',
    measured: late,
    unit: 'jobs',
    ok: late === 0,
  });
  // Broken already, and a good one that was in flight came after it: a retry's, as ever.
  const earlier = (await failed()) - odd;
  note(
    `${kind}: ${odd} came back odd in all, ${odd - inARow} of them in flight at the hold; ${earlier} before a last good one`,
  );
  await sandbox.clearFaults();
  const message = { id: randomUUID(), by: 'bench', why: null };
  await temporal.workflow.getHandle(batch.workflowId).executeUpdate(resume, { args: [message] });
  await until('the end of the batch', PATIENCE_MS, () => allEnded(database));
  const left = (await failed()) - earlier;
  figure({
    figure: `${kind}: of the odd rows, without a result once it was resumed`,
    mustReach: '0',
    measured: left,
    unit: 'rows',
    ok: left === 0,
  });
}

/** The drift alarm on a whole system: none while all is well, and none too late. */
export const drift: Part = {
  name: 'drift',
  async run(context) {
    const { figure, note, progress } = context;
    const rows = context.rows ?? GOOD_JOBS;
    const fleet = await startFleet(context, {
      ...UNPACED,
      settings: { ...UNPACED.settings, DRIFT_AFTER: String(DRIFT_AFTER) },
    });
    await fleet.startBatches(Array.from({ length: 4 }, () => Math.ceil(rows / 4)));
    progress(`${rows} good jobs`);
    const held = await goodJobs(fleet, rows);
    note(`rows at their end: ${JSON.stringify(await rowStates(fleet.database))}`);
    figure({
      figure: `false holds in ${rows} good jobs`,
      mustReach: '0',
      measured: held === null ? 0 : 1,
      unit: '',
      ok: held === null,
    });
    if (held !== null) return note(held.reason);
    for (const kind of BROKEN) await broken(fleet, kind, context);
  },
};
