/** Postgres refuses for a moment after a kill, until the last of its processes has noticed. */
const FIRST_DELAY_MS = 250;
export const LONGEST_RESTART_DELAY_MS = 10_000;

/** The pause before something that died is started again, twice as long after each failure in a row. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_RESTART_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}
