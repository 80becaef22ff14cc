import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf } from '../etag.ts';

interface Answer {
  body: string;
  etag: string;
}

interface Kept {
  madeMs: number;
  /** Since when it is kept on as nothing has changed. */
  firstMs: number;
  version: string | null;
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

  async #answer({ key, keptMs, version }: Asked, make: () => Promise<object>): Promise<Answer> {
    const kept = this.#kept.get(key);
    const nowMs = performance.now();
    if (kept !== undefined && nowMs - kept.madeMs < keptMs) return kept.answer;
    const isVersion = (await version?.()) ?? null;
    if (kept !== undefined && isVersion !== null && kept.version === isVersion)
      if (nowMs - kept.firstMs < LONGEST_MS) {
        kept.madeMs = nowMs;
        return kept.answer;
      }
    const answer = make().then(toAnswer);
    const made: Kept = { madeMs: nowMs, firstMs: nowMs, version: isVersion, answer };
    this.#kept.delete(key);
    this.#kept.set(key, made);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    answer.catch(() => {
      if (this.#kept.get(key) === made) this.#kept.delete(key);
    });
    return answer;
  }
}

function toAnswer(value: object): Answer {
  const body = JSON.stringify(value);
  return { body, etag: etagOf(body) };
}
