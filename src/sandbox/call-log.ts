import type { FastifyRequest } from 'fastify';
import type { SandboxClock } from './clock.ts';
import { Ring } from './ring.ts';

/** One API call as it arrived. */
export interface ReceivedCall {
  /** Counts up from 1: `since` of the next look. */
  seq: number;
  /** Milliseconds since 1970, with decimals. */
  at: number;
  method: string;
  /** Without the query: that holds the token. */
  path: string;
  /** Null: not answered, or not yet. */
  status: number | null;
  customId: string | null;
  jobId: number | null;
  /** How many start URLs a publish asked for. */
  startUrls: number | null;
  /** The fault that struck, if any. */
  fault: string | null;
  /** Made by someone else with the same account: `POST /_sandbox/foreign-calls`. */
  foreign: boolean;
}

/** Calls kept for `GET /_sandbox/calls`, about 60 MB when full. */
const CALLS_KEPT = 200_000;

/** Every call of the account, refused ones too. */
export class CallLog {
  readonly #calls = new Ring<ReceivedCall>(CALLS_KEPT);
  readonly #ofRequest = new WeakMap<FastifyRequest, ReceivedCall>();
  readonly #clock: SandboxClock;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** To be called first of all: `at` is the moment of arrival. */
  arrived(request: FastifyRequest): ReceivedCall {
    const call = this.#add(request.method, request.url.split('?')[0] ?? '', false);
    this.#ofRequest.set(request, call);
    return call;
  }

  foreign(): ReceivedCall {
    return this.#add('GET', '', true);
  }

  /** The call of a request that arrived. */
  of(request: FastifyRequest): ReceivedCall {
    return this.#ofRequest.get(request) ?? this.arrived(request);
  }

  /** The calls after `since`, oldest first. */
  list(since = 0): ReceivedCall[] {
    return this.#calls.items().filter(({ seq }) => seq > since);
  }

  clear(): void {
    this.#calls.clear();
  }

  #add(method: string, path: string, foreign: boolean): ReceivedCall {
    const call: ReceivedCall = {
      seq: this.#calls.total + 1,
      at: this.#clock.nowMs(),
      method,
      path,
      status: null,
      customId: null,
      jobId: null,
      startUrls: null,
      fault: null,
      foreign,
    };
    this.#calls.push(call);
    return call;
  }
}
