import { ApiError } from '../webscraper/api-error.ts';
import type { WebScraperClient } from '../webscraper/client.ts';
import type { AccountClock, Turn } from './account-clock.ts';

/** A turn for a publish; of a held account, it is asked first whether it works again. */
export async function reserveTurn(
  clock: AccountClock,
  webscraper: Pick<WebScraperClient, 'account'>,
  jobId: number,
  isSpare: boolean,
): Promise<Turn> {
  const turn = await clock.reservePublish(jobId, isSpare);
  if (turn.granted || !turn.held) return turn;
  // A probe may take a minute: what it opens is published by the next activity, which has its whole time.
  if (await probe(clock, webscraper))
    return { granted: false, waitMs: 1, why: 'the account works again', held: false };
  return clock.reservePublish(jobId, isSpare);
}

/** Asks a held account whether it works again, one caller a time, every few minutes; opens it if it does. */
async function probe(clock: AccountClock, webscraper: Pick<WebScraperClient, 'account'>): Promise<boolean> {
  const turn = await clock.reserveProbe();
  if (!turn.granted) return false;
  try {
    const { value: credits, rateLimit } = await webscraper.account();
    await clock.settle(turn.callId, { rateLimit });
    const works = credits === null || credits > 0;
    if (works) await clock.open();
    return works;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await clock.settle(turn.callId, error);
    return false;
  }
}
