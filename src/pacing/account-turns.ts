/** What one account may do; `publishIntervalMs` 0: no pace. */
export interface AccountLimits {
  callLimit: number;
  callWindowMs: number;
  publishIntervalMs: number;
}

/** All that decides when a call may start. Moments are milliseconds of the account clock's own time. */
export interface AccountState {
  nowMs: number;
  /** The latest turn given to a publish, begun or not. */
  lastTurnMs: number | null;
  closedUntilMs: number | null;
  closedReason: string | null;
  /** A check waits for a free call until then: publishes leave it one. */
  checkFirstUntilMs: number | null;
  /** Calls neither used nor kept for a download; below zero when the limit was lowered or others use the account. */
  free: number;
  /** When the next calls leave that make free calls of it, ascending: {@link MOST_WANTED} suffice. */
  leavesMs: readonly number[];
}

/** A moment for a call, `atMs`, or the moment to ask again and why. */
export type Decision = { atMs: number } | { askAgainMs: number; why: string };

/** Free calls that a decision may ask for: a publish's, its download's, a waiting check's. */
export const MOST_WANTED = 3;

/** A publish may wait so long for its turn within its activity; a longer wait goes back to the workflow. */
export const MAX_WAIT_MS = 10_000;

/**
 * When a publish may start: no earlier than the interval after the last turn, not while the account is closed, and
 * only with two calls of the budget free by then, its own and its download's. Turns are given ahead of their time by
 * {@link MAX_WAIT_MS} at most.
 */
export function decidePublish(state: AccountState, limits: AccountLimits): Decision {
  const { nowMs, lastTurnMs } = state;
  const paceMs = lastTurnMs === null ? nowMs : Math.max(nowMs, lastTurnMs + limits.publishIntervalMs);
  const closedMs = closedUntil(state);
  const wanted = (state.checkFirstUntilMs ?? 0) > nowMs ? MOST_WANTED : 2;
  const freeMs = freeAt(state, limits, wanted);
  const atMs = Math.max(paceMs, closedMs, freeMs);
  if (atMs - nowMs <= MAX_WAIT_MS) return { atMs };
  const askAgainMs = Math.min(atMs - MAX_WAIT_MS, nowMs + limits.callWindowMs + MAX_WAIT_MS);
  return { askAgainMs: Math.max(askAgainMs, nowMs + 1), why: reason(state, limits, atMs, closedMs, freeMs) };
}

/** When any other call may start: now, or else the moment to ask again. One owed to a job has its call kept. */
export function decideNow(state: AccountState, limits: AccountLimits, owed: boolean): Decision {
  const { nowMs } = state;
  const closedMs = closedUntil(state);
  const freeMs = owed ? nowMs : freeAt(state, limits, 1);
  const atMs = Math.max(nowMs, closedMs, freeMs);
  if (atMs <= nowMs) return { atMs: nowMs };
  const askAgainMs = Math.min(atMs, nowMs + limits.callWindowMs + MAX_WAIT_MS);
  return { askAgainMs, why: reason(state, limits, atMs, closedMs, freeMs) };
}

function closedUntil({ nowMs, closedUntilMs }: AccountState): number {
  return Math.max(nowMs, closedUntilMs ?? nowMs);
}

/** When `wanted` calls are free. With downloads owed for more than the rest, that is not known: a little later. */
function freeAt({ nowMs, free, leavesMs }: AccountState, limits: AccountLimits, wanted: number): number {
  const missing = wanted - Math.max(0, free);
  if (wanted <= free) return nowMs;
  return leavesMs[missing - 1] ?? nowMs + MAX_WAIT_MS + limits.callWindowMs / 100;
}

function reason(
  state: AccountState,
  limits: AccountLimits,
  atMs: number,
  closedMs: number,
  freeMs: number,
): string {
  if (atMs === closedMs) return closedText(closedMs, state.closedReason);
  if (atMs === freeMs) return usedText(limits.callLimit, null);
  return 'other publishes come first';
}

/** `all 200 calls of the account are used or kept, the next free at 14:05:10 UTC`. */
export function usedText(callLimit: number, freeMs: number | null): string {
  const when = freeMs === null ? '' : `, the next free at ${timeOf(freeMs)}`;
  return `all ${callLimit} calls of the account are used or kept${when}`;
}

/** `closed until 14:05:10 UTC, 429 from the API`, as people are told it. */
export function closedText(untilMs: number, why: string | null): string {
  return `closed until ${timeOf(untilMs)}${why === null ? '' : `, ${why}`}`;
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
