import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { needsPerson } from '../../src/batches/needs-person.ts';
import type { Database } from '../../src/db/database.ts';
import { findJob } from '../../src/db/jobs.ts';
import { AccountClock } from '../../src/pacing/account-clock.ts';
import { workplace } from '../support/cli/workplace.ts';
import { JOB_DEADLINE_MS, LIMITS, restoredWorld, TOKEN } from '../support/batches/restored-world.ts';
import type { World } from '../support/batches/restored-world.ts';

const HELD =
  'the database was restored from a backup and may not know of all that was published: run `tsuiseki doctor --after-restore`';
const place = workplace();
let world: World;
beforeEach(async () => {
  world = await restoredWorld();
});
afterEach(() => world.close());
afterAll(() => place.remove());

async function doctor(url: string, more: NodeJS.ProcessEnv = {}) {
  const env = { DATABASE_URL: url, WEBSCRAPER_API_URL: world.sandbox.url, WEBSCRAPER_API_TOKEN: TOKEN };
  const { code, out, err } = await place.run(['doctor', '--after-restore', '--json'], { ...env, ...more });
  const steps = out === '' ? [] : (JSON.parse(out) as { what: string; customId: string; details: string }[]);
  const found = steps.filter(({ what }) => what !== 'account').map(({ what, customId }) => [what, customId]);
  return {
    code,
    err,
    found,
    told: steps.filter(({ what }) => what === 'account').map((each) => each.details),
  };
}

const stateOf = async (database: Database, id: number) => (await findJob(database.db, id))?.state;

async function windowPasses(database: Database): Promise<void> {
  await database.sql`update account_clock set closed_until = clock_timestamp()`;
}

it('after a restore nothing is published before doctor, and nothing twice after it', async () => {
  const { backed } = world;
  await world.batch();
  const ids = [await world.job(1), await world.job(2), await world.job(3), await world.job(4)];
  const [first = 0, second = 0, third = 0, fourth = 0] = ids;
  expect(await world.publish(backed.database, first)).toEqual({ outcome: 'published' });
  await backed.backUp();
  await world.publish(backed.database, second);
  await world.publish(backed.database, third);

  const { url, database } = await backed.restore();
  const held = { outcome: 'wait', waitMs: 180_000, why: HELD, held: true };
  expect(await world.publish(database, second)).toEqual(held);
  // Neither a resume nor a probe opens it.
  await new AccountClock(database, LIMITS).open();
  expect(await world.publish(database, second)).toEqual(held);
  const [sighting] = await needsPerson(database.db, new Date(), JOB_DEADLINE_MS);
  expect(sighting).toMatchObject({
    kind: 'publishing-held',
    text: `${HELD}. Nothing else opens the account.`,
  });
  const status = await place.run(['status', 'b1', '--json'], { DATABASE_URL: url });
  expect(JSON.parse(status.out)).toMatchObject({ reason: `publishing is held: ${HELD}`, eta: null });

  const { code, found, told } = await doctor(url);
  expect({ code, found }).toEqual({
    code: 0,
    found: [
      ['ended', 'owryt-b1-1'],
      ['adopted', 'owryt-b1-2'],
      ['adopted', 'owryt-b1-3'],
    ],
  });
  expect(told).toEqual([
    'publishing is held for everybody meanwhile',
    'its list of jobs was looked through as far as needed, 3 jobs',
    expect.stringMatching(/^closed until \S+Z, one window from the restore$/),
    'publishing is no longer held; batches hear of it within three minutes',
  ]);
  expect(await world.publish(database, fourth)).toMatchObject({
    outcome: 'wait',
    held: false,
    why: expect.stringMatching(
      /^closed until \S+ UTC, a restore: calls made before it may still count$/,
    ) as string,
  });
  await windowPasses(database);
  expect(await world.publish(database, fourth)).toEqual({ outcome: 'published' });
  // Not pending any more: nobody publishes them.
  expect(await Promise.all(ids.map((id) => stateOf(database, id)))).toEqual(ids.map(() => 'published'));
  expect(world.published()).toEqual(['owryt-b1-1', 'owryt-b1-2', 'owryt-b1-3', 'owryt-b1-4']);
  const unread = await database.sql`select from notifications where outcome is null`;
  expect(unread).toHaveLength(3);
});

it('done once more nothing is left to do, and the account closes for no longer', async () => {
  await world.batch();
  const id = await world.job(1);
  await world.backed.backUp();
  await world.publish(world.backed.database, id);
  const { url, database } = await world.backed.restore();
  expect((await doctor(url)).found).toEqual([['adopted', 'owryt-b1-1']]);
  const closed = () => database.sql`select closed_until from account_clock`;
  const [before] = await closed();
  const again = await doctor(url);
  expect(again).toMatchObject({ code: 0, err: '', found: [] });
  expect(again.told).toEqual([
    expect.stringMatching(/^the restore was made good at .*: nothing is left to do$/),
  ]);
  expect(await closed()).toEqual([before]);
});

it('where the list cannot be looked through publishing stays held, and what was found is kept', async () => {
  await world.batch();
  const id = await world.job(1);
  await world.backed.backUp();
  await world.publish(world.backed.database, id);
  const { url, database } = await world.backed.restore();
  world.sandbox.addFault({ kind: 'list-500', times: 1 });
  const { code, err } = await doctor(url);
  expect(code).toBe(1);
  expect(err).toMatch(
    /^the account's list of jobs could not be looked through \(.+\): publishing stays held; run `tsuiseki doctor --after-restore` again\n$/,
  );
  expect(await world.publish(database, id)).toMatchObject({ outcome: 'wait', why: HELD });
  expect(await doctor(url)).toMatchObject({ code: 0, found: [['adopted', 'owryt-b1-1']] });
  expect(world.published()).toEqual(['owryt-b1-1']);
});

it('with a wrong token it does not wait for ever', async () => {
  await world.backed.backUp();
  const { url } = await world.backed.restore();
  const { code, err } = await doctor(url, { WEBSCRAPER_API_TOKEN: 'wrong-token-wrong' });
  expect(code).toBe(1);
  expect(err).toContain('publishing stays held');
});

it('typed without need, on a database that was never restored, it takes nothing away', async () => {
  await world.batch();
  const id = await world.job(1);
  await world.publish(world.backed.database, id);
  expect((await doctor(world.backed.url)).code).toBe(0);
  expect(await stateOf(world.backed.database, id)).toBe('published');
  const [figures] = await world.backed.database.db.execute(sql`select in_flight_jobs from batch_figures`);
  expect(figures).toEqual({ in_flight_jobs: 1 });
});
