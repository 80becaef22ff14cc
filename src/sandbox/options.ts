import type { SandboxClock } from './clock.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import type { ScrapedTask } from './sitemaps.ts';
import { DEFAULT_SITEMAPS } from './sitemaps.ts';

/** Where the sandbox says what it does; a pino logger fits. */
export interface SandboxLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface YamatoTlsOptions {
  key: string | Buffer;
  cert: string | Buffer;
  /** OpenSSL names; by default RSA key exchange only, as the real server offers it. */
  ciphers?: string;
  port?: number;
}

export interface SandboxOptions {
  host?: string;
  /** 0, the default: any free port. */
  port?: number;
  /** The API token that calls must carry as `api_token`. */
  token: string;
  /** Where notifications go, its own `?token=` already in it; null: none are sent. */
  webhookUrl?: string | null;
  /** How long a job takes from publish to its end; a range is drawn from by job id. Default 1–3 s. */
  jobDurationMs?: number | { minMs: number; maxMs: number };
  callLimit?: number;
  callWindowMs?: number;
  /** Waits before a notification is sent again; the vendor's are 5 s and 10 s, and never after. */
  resendDelaysMs?: readonly number[];
  webhookTimeoutMs?: number;
  /** How late downloads are answered. */
  csvDelayMs?: number;
  /** How late the answers of `publish-slow` and `yamato-slow` are. */
  slowAnswerMs?: number;
  pageCredits?: number;
  /** Give `scraping-jobs` in no order at all instead of newest first. */
  shuffleJobList?: boolean;
  /** Sitemap ids that differ from the present account's. */
  sitemaps?: Partial<Record<ScrapedTask, number>>;
  /** Count the dates in results back from this moment's Tokyo day instead of the day of scraping; not in the future. */
  datesFrom?: Date | null;
  /** Serve Yamato's page over TLS too, on a port of its own. */
  yamatoTls?: YamatoTlsOptions | null;
  clock?: SandboxClock;
  logger?: SandboxLogger | null;
}

export interface ResolvedOptions {
  host: string;
  port: number;
  token: string;
  webhookUrl: string | null;
  minDurationMs: number;
  maxDurationMs: number;
  callLimit: number;
  callWindowMs: number;
  resendDelaysMs: readonly number[];
  webhookTimeoutMs: number;
  csvDelayMs: number;
  slowAnswerMs: number;
  pageCredits: number;
  shuffleJobList: boolean;
  sitemaps: Readonly<Record<ScrapedTask, number>>;
  datesFrom: Date | null;
  yamatoTls: YamatoTlsOptions | null;
  clock: SandboxClock;
  logger: SandboxLogger | null;
}

/** Fills in the defaults. Throws RangeError for a figure that cannot be meant. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const duration = options.jobDurationMs ?? { minMs: 1000, maxMs: 3000 };
  const { minMs, maxMs } = typeof duration === 'number' ? { minMs: duration, maxMs: duration } : duration;
  const resolved: ResolvedOptions = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    token: options.token,
    webhookUrl: options.webhookUrl ?? null,
    minDurationMs: minMs,
    maxDurationMs: maxMs,
    callLimit: options.callLimit ?? 200,
    callWindowMs: options.callWindowMs ?? 15 * 60_000,
    resendDelaysMs: options.resendDelaysMs ?? [5000, 10_000],
    webhookTimeoutMs: options.webhookTimeoutMs ?? 10_000,
    csvDelayMs: options.csvDelayMs ?? 0,
    slowAnswerMs: options.slowAnswerMs ?? 2000,
    pageCredits: options.pageCredits ?? 1_000_000,
    shuffleJobList: options.shuffleJobList ?? false,
    sitemaps: { ...DEFAULT_SITEMAPS, ...options.sitemaps },
    datesFrom: options.datesFrom ?? null,
    yamatoTls: options.yamatoTls ?? null,
    clock: options.clock ?? SYSTEM_CLOCK,
    logger: options.logger ?? null,
  };
  if (resolved.token === '') throw new RangeError('the sandbox needs a token that is not empty');
  if (!(minMs >= 0 && maxMs >= minMs)) throw new RangeError(`jobDurationMs ${minMs}–${maxMs} is no range`);
  if (!(resolved.callLimit >= 1)) throw new RangeError(`callLimit ${resolved.callLimit} must be at least 1`);
  if (!(resolved.callWindowMs > 0))
    throw new RangeError(`callWindowMs ${resolved.callWindowMs} must be over 0`);
  return resolved;
}
