/** The mean of the pauses of 1–50 s, and an answer: until the carrier's own are known. */
export const TYPICAL_ASK_MS = 26_000;

/** How long some requests to a carrier take, given those of other batches: batches take turns, one request each. */
export function askForecastMs(requests: number, others: readonly number[], askMs: number): number {
  return Math.round((requests + others.reduce((sum, count) => sum + Math.min(count, requests), 0)) * askMs);
}
