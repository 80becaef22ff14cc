import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf } from '../etag.ts';

interface Answer {
  body: string;
  etag: string;
  madeMs: number;
  version: string | null;
}

interface Kept {
  /** Since then all viewers get it. */
  askedMs: number;
  answer: Promise<Answer>;
}

interface Asked {
  key: string;
  /** For so long all viewers get the same. */
  keptMs: number;
  /** Where it is as before, the answer is too, for half a minute; null: nobody knows. */
  version?: () => Promise<string | null>;
}

const LONGEST_MS = 30_000;
/** Some ten kilobytes each. */
const MOST_KEPT = 200;

/**
 * Answers that many viewers ask for every other second: made once for all of them, and not sent again where nothing has
 * changed (`If-None-Match`).
 */
export class LiveAnswers {
  readonly #kept = new Map<string, Kept>();

  /** After something was done: whoever did it is to see it. */
  clear(): void {
    this.#kept.clear();
  }

  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Asked,
    make: () => Promise<object>,
  ): Promise<FastifyReply> {
    const { body, etag } = await this.#answer(asked, make);
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(body);
  }

  #answer(asked: Asked, make: () => Promise<object>): Promise<Answer> {
    const { key, keptMs } = asked;
    const before = this.#kept.get(key);
    const nowMs = performance.now();
    if (before !== undefined && nowMs - before.askedMs < keptMs) return before.answer;
    const kept: Kept = { askedMs: nowMs, answer: answerAfter(before, asked, make) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    kept.answer.catch(() => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    });
    return kept.answer;
  }
}

/** The answer of before where nothing has changed. Its version is read first: what changes in between is seen the next time. */
async function answerAfter(
  before: Kept | undefined,
  { version: readVersion }: Asked,
  make: () => Promise<object>,
): Promise<Answer> {
  const madeMs = performance.now();
  const version = (await readVersion?.()) ?? null;
  const known = version === null ? null : await before?.answer.catch(() => null);
  if (known != null && known.version === version && madeMs - known.madeMs < LONGEST_MS) return known;
  const body = JSON.stringify(await make());
  return { body, etag: etagOf(body), madeMs, version };
}
