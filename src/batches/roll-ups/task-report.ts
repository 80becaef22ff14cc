import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import type { TaskName } from '../../tasks/types.ts';
import type { Reason } from '../reasons.ts';
import type { FigureName } from './figures.ts';
import type { CallLine, Delay, ReasonLine, Report, TaskLine } from './report.ts';
import { addTo, weightedPercentile } from './weighted.ts';

interface Sum extends Record<string, unknown> {
  task: TaskName | '';
  figure: FigureName;
  part: string;
  value: number;
}

/** What batches, rows and calls came to in the roll-ups that `which` means, a condition on `roll_ups`. */
export async function taskReport(
  queries: Queries,
  which: SQL,
): Promise<Pick<Report, 'tasks' | 'reasons' | 'calls'>> {
  const sums = await queries.execute<Sum>(sql`
    select task, figure, part, sum(value)::float8 as value from roll_ups where ${which} group by 1, 2, 3 order by 1, 4 desc, 2, 3`);
  const tasks = [...new Set(sums.map(({ task }) => task))].flatMap((task) => (task === '' ? [] : [task]));
  return {
    tasks: tasks.map((task) =>
      taskLine(
        task,
        sums.filter((sum) => sum.task === task),
      ),
    ),
    reasons: sums.flatMap(({ task, figure, part, value }): ReasonLine[] =>
      task !== '' && (figure === 'failed' || figure === 'invalid')
        ? [{ task, state: figure, reason: part as Reason, rows: value }]
        : [],
    ),
    calls: sums.flatMap(({ task, figure, part, value }): CallLine[] =>
      figure === 'calls' || figure === 'requests'
        ? [{ task: task === '' ? null : task, kind: part, calls: value }]
        : [],
    ),
  };
}

function taskLine(task: TaskName, sums: readonly Sum[]): TaskLine {
  const sumOf = (figure: FigureName, part?: string) =>
    sums.reduce(
      (sum, each) => (each.figure === figure && (part ?? each.part) === each.part ? sum + each.value : sum),
      0,
    );
  return {
    task,
    batches: sumOf('batches'),
    rows: sumOf('rows'),
    completed: sumOf('rows', 'completed'),
    failed: sumOf('rows', 'failed'),
    invalid: sumOf('rows', 'invalid'),
    delivered: sumOf('delivered'),
    fromRecord: sumOf('answered', 'record'),
    byHand: sumOf('answered', 'hand'),
    callsSaved: sumOf('calls-saved'),
    calls: sumOf('calls'),
    requests: sumOf('requests'),
    webhookDelayS: delayOf(sums.filter(({ figure }) => figure === 'webhook-delay')),
  };
}

function delayOf(sums: readonly Sum[]): Delay | null {
  const seconds = new Map<number, number>();
  for (const { part, value } of sums) addTo(seconds, Number(part), value);
  if (seconds.size === 0) return null;
  return {
    results: sums.reduce((sum, { value }) => sum + value, 0),
    median: weightedPercentile(seconds, 0.5) ?? 0,
    p95: weightedPercentile(seconds, 0.95) ?? 0,
    longest: Math.max(...seconds.keys()),
  };
}
