import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import type { Part } from './part.ts';
import { allEnded, rowStates } from './stamps.ts';
import { until } from './until.ts';
import { rightCells, startYamatoFleet } from './yamato-system.ts';

const WORKER = 'yamato_tracking_10';
const GROUPS = 50;
const KILLS = 10;
/** A group's request and pause take so long: a kill comes at any moment of them. */
const A_GROUP_MS = 3_000;

/** Groups in whose time a kill comes, ascending. */
function killedGroups(): number[] {
  const groups = Array.from({ length: GROUPS - 1 }, (_, group) => group + 1);
  const chosen = Array.from({ length: KILLS }, () => {
    const [group = 0] = groups.splice(Math.floor(Math.random() * groups.length), 1);
    return group;
  });
  return chosen.toSorted((a, b) => a - b);
}

/** Kills the worker's present process, once it is another than the one killed last. */
async function killWorker(fleet: Fleet, last: number | null): Promise<number> {
  const pid = await until('a new worker', 60_000, async () => {
    const present = fleet.workerPid(WORKER);
    return present === last ? null : present;
  });
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** Ten kills in the middle of fifty groups, each answered 2 s late, so that many a kill meets a request. */
export const yamatoKills: Part = {
  name: 'kills',
  async run(context) {
    const { figure, note, progress } = context;
    const fleet = await startYamatoFleet(context, { min: '0s', max: '1s' });
    await fleet.sandbox.addFault({ kind: 'yamato-slow' });
    const [started] = await fleet.startBatches([10 * GROUPS]);
    let pid: number | null = null;
    for (const group of killedGroups()) {
      await until(`group ${group}`, 300_000, async () => {
        const [row] = await fleet.database.sql<{ n: number }[]>`
          select count(*)::int as n from jobs where state = 'completed'`;
        return (row?.n ?? 0) >= group ? true : null;
      });
      await delay(Math.random() * A_GROUP_MS);
      pid = await killWorker(fleet, pid);
      progress(`killed after group ${group}`);
    }
    await until('the end of the batch', 600_000, () => allEnded(fleet.database));
    const asked = new Map<string, number>();
    for (const { numbers } of await fleet.sandbox.yamatoRequests())
      asked.set(numbers.join(), (asked.get(numbers.join()) ?? 0) + 1);
    const twice = [...asked.values()].reduce((sum, times) => sum + times - 1, 0);
    figure({
      figure: `groups asked again, ${KILLS} kills in ${GROUPS} groups`,
      mustReach: `≤ ${KILLS}`,
      measured: twice,
      unit: '',
      ok: asked.size === GROUPS && twice <= KILLS,
    });
    const completed = (await rowStates(fleet.database))['completed'] ?? 0;
    figure({
      figure: 'numbers with their results',
      mustReach: `${10 * GROUPS}`,
      measured: completed,
      unit: '',
      ok: completed === 10 * GROUPS,
    });
    const right = await rightCells(started?.workbook ?? '');
    figure({
      figure: 'rows right in the workbook',
      mustReach: `${10 * GROUPS}`,
      measured: right,
      unit: '',
      ok: right === 10 * GROUPS,
    });
    const [lost] = await fleet.database.sql<{ n: number }[]>`
      select count(*)::int as n from carrier_requests where error is not null`;
    note(
      `kills that met a request: ${lost?.n ?? 0}; most requests for one group: ${Math.max(...asked.values())}`,
    );
  },
};
