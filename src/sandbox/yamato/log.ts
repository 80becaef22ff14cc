import { Ring } from '../ring.ts';

/** One request to Yamato's page. */
export interface YamatoRequest {
  seq: number;
  /** Milliseconds since 1970, with decimals. */
  at: number;
  /** As they came, unused slots left out. */
  numbers: string[];
  tls: boolean;
  userAgent: string | null;
  /** Null: not answered, or not yet. */
  status: number | null;
  fault: string | null;
}

/** Requests kept for `GET /_sandbox/yamato`. */
const REQUESTS_KEPT = 50_000;

/** Every request to Yamato's page, oldest first. */
export class YamatoLog {
  readonly #requests = new Ring<YamatoRequest>(REQUESTS_KEPT);

  add(request: Omit<YamatoRequest, 'seq'>): YamatoRequest {
    const entry = { seq: this.#requests.total + 1, ...request };
    this.#requests.push(entry);
    return entry;
  }

  list(since = 0): YamatoRequest[] {
    return this.#requests.items().filter(({ seq }) => seq > since);
  }

  clear(): void {
    this.#requests.clear();
  }
}
