import { expectedText } from '../src/sandbox/index.ts';
import { readWorkbook } from '../src/workbook/read-workbook.ts';
import { startFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import type { PartContext } from './part.ts';

export const TASK = 'yamato_tracking_10';

/** A whole system that asks Yamato, with these pauses, and nothing else. */
export function startYamatoFleet(
  context: PartContext,
  pauses: { min: string; max: string },
  settings: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  return startFleet(context, {
    publishIntervalMs: 1_000,
    callLimit: 200,
    callWindowMs: 900_000,
    jobDurationMs: 1_000,
    publishWorkers: 1,
    task: TASK,
    settings: { YAMATO_PAUSE_MIN: pauses.min, YAMATO_PAUSE_MAX: pauses.max, ...settings },
  });
}

/** How many rows of a workbook say what they must. */
export async function rightCells(path: string): Promise<number> {
  const day = new Date();
  const columns = { input: 'A', email: 'B', result: 'C', status: null };
  const { rows } = await readWorkbook(path, { columns });
  const digits = (text: string) => text.normalize('NFKC').replaceAll(/\D/g, '');
  return rows.filter(({ input, result }) => result === expectedText(TASK, null, digits(input), { day }))
    .length;
}
