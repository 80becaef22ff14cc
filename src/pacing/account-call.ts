import type { AccountClock, Turn } from './account-clock.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { Answered } from '../webscraper/client.ts';

/** The account has no call free, or the API asks to wait: the same call again in `waitMs`. */
export class WaitForAccount extends Error {
  readonly waitMs: number;

  /** `cause`: what the API answered; without one it was not asked. */
  constructor(waitMs: number, why: string, cause?: ApiError) {
    super(why, { cause });
    this.waitMs = waitMs;
  }
}

/** After a 429 or a refused token: the clock knows until when; asking it again is how to learn it. */
const ASK_CLOCK_AGAIN_MS = 1_000;
const TOKEN_REFUSED_WAIT_MS = 60_000;

/**
 * Makes one call of the account's budget, and settles it whatever comes of it.
 *
 * @throws {WaitForAccount} it may not be made now, or is to be made again later
 * @throws {ApiError} it failed otherwise
 */
export async function callApi<T>(
  clock: AccountClock,
  reserve: Promise<Turn>,
  call: () => Promise<Answered<T>>,
): Promise<T> {
  const turn = await reserve;
  if (!turn.granted) throw new WaitForAccount(turn.waitMs, turn.why);
  try {
    const { value, rateLimit } = await call();
    await clock.settle(turn.callId, { rateLimit });
    return value;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await clock.settle(turn.callId, error);
    if (error.code === 'API_RATE_LIMITED') throw new WaitForAccount(ASK_CLOCK_AGAIN_MS, error.message, error);
    if (error.code === 'API_UNAUTHORISED')
      throw new WaitForAccount(TOKEN_REFUSED_WAIT_MS, error.message, error);
    throw error;
  }
}
