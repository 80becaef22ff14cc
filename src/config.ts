import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { TsuisekiError, errorMessage } from './errors.ts';
import {
  byTask,
  columnLetter,
  columns,
  commaList,
  duration,
  nonEmpty,
  oneOf,
  type Parser,
  positiveDuration,
  url,
  wholeNumber,
} from './settings/parse.ts';
import { TRACKING_TASKS } from './tasks/registry.ts';

/** Wrong or missing settings: one line a problem. The process ends with status 2. */
export class SettingsError extends TsuisekiError<'SETTINGS_INVALID' | 'SETTINGS_MISSING'> {}

interface Setting<T> {
  name: string;
  parse: Parser<T>;
  /** The default, written as a person would set it; undefined: none. */
  fallback?: string;
  secret?: boolean;
}

const prefixes = TRACKING_TASKS.map((task) => task.customIdPrefix);

/** The pace: 0s is none; between 0 and 10ms a timer cannot keep it. */
const publishInterval: Parser<number> = (text) => {
  const ms = duration(text);
  if (ms > 0 && ms < 10) throw new RangeError('0s (no pace) or at least 10ms');
  return ms;
};

function required<T>(name: string, fallback: string, parse: Parser<T>): Setting<T> & { fallback: string } {
  return { name, parse, fallback };
}

const SPEC = {
  databaseUrl: { name: 'DATABASE_URL', parse: url('postgres:', 'postgresql:'), secret: true },
  dataDir: required('TSUISEKI_DATA_DIR', '.tsuiseki', (text) => resolve(nonEmpty(text))),
  webscraperApiUrl: required(
    'WEBSCRAPER_API_URL',
    'https://api.webscraper.io/api/v1',
    url('https:', 'http:'),
  ),
  webscraperApiToken: { name: 'WEBSCRAPER_API_TOKEN', parse: nonEmpty, secret: true },
  callLimit: required('WEBSCRAPER_CALL_LIMIT', '200', wholeNumber(2, 1_000_000)),
  callWindowMs: required('WEBSCRAPER_CALL_WINDOW', '15m', positiveDuration),
  publishIntervalMs: required('PUBLISH_INTERVAL', '6s', publishInterval),
  urlsPerJob: required('URLS_PER_JOB', '1', byTask(prefixes, 1, wholeNumber(1, 20_000))),
  sitemapIds: {
    name: 'SITEMAP_IDS',
    parse: byTask<number | null>(prefixes, null, wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  },
  columns: required('COLUMNS', 'A,B,C', byTask(prefixes, columns('A,B,C'), columns)),
  writebackEvery: required('WRITEBACK_EVERY', '10', wholeNumber(1, 1_000_000)),
  writebackMinIntervalMs: required('WRITEBACK_MIN_INTERVAL', '0s', duration),
  refreshAfterMs: required('REFRESH_AFTER', '12h', duration),
  retryOnSaveAfterMs: required('RETRY_ON_SAVE_AFTER', '1h', duration),
  autoMaxRows: required('AUTO_MAX_ROWS', '1000', wholeNumber(1, 1_000_000)),
  statusColumn: { name: 'STATUS_COLUMN', parse: columnLetter },
  jobDeadlineMs: required('JOB_DEADLINE', '30m', positiveDuration),
  webhookTokens: { name: 'WEBHOOK_TOKEN', parse: commaList, secret: true },
  httpHost: required('HTTP_HOST', '127.0.0.1', nonEmpty),
  httpPort: required('HTTP_PORT', '8080', wholeNumber(0, 65_535)),
  webdavUrl: { name: 'WEBDAV_URL', parse: url('https:', 'http:') },
  webdavUsername: { name: 'WEBDAV_USERNAME', parse: nonEmpty },
  webdavPassword: { name: 'WEBDAV_PASSWORD', parse: nonEmpty, secret: true },
  onlyofficeJwtSecret: { name: 'ONLYOFFICE_JWT_SECRET', parse: nonEmpty, secret: true },
  onlyofficeJwtHeader: required('ONLYOFFICE_JWT_HEADER', 'Authorization', nonEmpty),
  onlyofficeCallbackUrl: { name: 'ONLYOFFICE_CALLBACK_URL', parse: url('https:', 'http:') },
  onlyofficeCommandUrl: { name: 'ONLYOFFICE_COMMAND_URL', parse: url('https:', 'http:') },
  nextcloudWebhookToken: { name: 'NEXTCLOUD_WEBHOOK_TOKEN', parse: nonEmpty, secret: true },
  yamatoUrl: required('YAMATO_URL', 'https://toi.kuronekoyamato.co.jp/cgi-bin/tneko', url('https:', 'http:')),
  yamatoPauseMinMs: required('YAMATO_PAUSE_MIN', '1s', duration),
  yamatoPauseMaxMs: required('YAMATO_PAUSE_MAX', '50s', duration),
  logLevel: required(
    'LOG_LEVEL',
    'info',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  ),
} as const satisfies Record<string, Setting<unknown>>;

type Spec = typeof SPEC;
type Value<S> = S extends { parse: Parser<infer T> }
  ? S extends { fallback: string }
    ? T
    : T | null
  : never;

export type Settings = { readonly [Key in keyof Spec]: Value<Spec[Key]> } & {
  /** The environment the settings were read from, for Temporal's own reader and for child processes. */
  readonly env: NodeJS.ProcessEnv;
};

/**
 * Reads all settings at once; pure. Throws {@link SettingsError} with a line for each problem: the variable, what
 * was read (secrets masked) and what is allowed.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const read = (setting: Setting<unknown>): unknown => {
    const given = env[setting.name];
    const text = given === undefined || given.trim() === '' ? setting.fallback : given;
    if (text === undefined) return null;
    try {
      return setting.parse(text);
    } catch (error) {
      const shown = setting.secret === true ? '***' : JSON.stringify(text);
      problems.push(`${setting.name} is ${shown}; allowed: ${errorMessage(error)}`);
      return null;
    }
  };
  const values = Object.fromEntries(Object.entries(SPEC).map(([key, setting]) => [key, read(setting)]));
  const settings = { ...values, env } as Settings;
  if (problems.length === 0 && settings.yamatoPauseMinMs > settings.yamatoPauseMaxMs)
    problems.push('YAMATO_PAUSE_MIN is more than YAMATO_PAUSE_MAX; allowed: at most that');
  if (problems.length > 0) throw new SettingsError('SETTINGS_INVALID', problems.join('\n'));
  return settings;
}

/** The setting, or a {@link SettingsError} that names the variable to set. */
export function requireSetting<Key extends keyof Spec>(
  settings: Settings,
  key: Key,
): NonNullable<Settings[Key]> {
  const value = settings[key];
  if (value === null || value === undefined)
    throw new SettingsError('SETTINGS_MISSING', `${SPEC[key].name} is not set; it is required here`);
  return value;
}

/** What every variable is in effect, secrets masked, for `tsuiseki config`. */
export function effectiveSettings(settings: Settings): Record<string, string | null> {
  const temporal = Object.entries(settings.env).filter(([name]) => name.startsWith('TEMPORAL_'));
  const own = Object.values(SPEC).map((setting: Setting<unknown>) => {
    const text = settings.env[setting.name]?.trim() || setting.fallback || null;
    return [setting.name, text !== null && setting.secret === true ? '***' : text] as const;
  });
  const shown = temporal.map(([name, text]) => [
    name,
    /KEY|TOKEN|SECRET/.test(name) ? '***' : (text ?? null),
  ]);
  return Object.fromEntries([...own, ...shown]);
}

const TEMPORAL_VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE'] as const;

/** Whether Temporal is configured elsewhere, so that no embedded dev server is meant. */
export function temporalConfigured(settings: Settings): boolean {
  return TEMPORAL_VARIABLES.some((name) => (settings.env[name] ?? '') !== '');
}

/** What a running `up` wrote below its data folder, for commands that have no settings of their own. */
export interface UpFile {
  pid: number;
  temporalAddress: string;
  webUi: string | null;
  http: string;
  databaseUrl: string;
  sandbox: string | null;
}

export function upFilePath(dataDir: string): string {
  return join(dataDir, 'up.json');
}

export function readUpFile(dataDir: string): UpFile | null {
  const path = upFilePath(dataDir);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as UpFile) : null;
}

/**
 * The process's settings: its environment over a `.env` file in the working folder, and what a running `up` wrote
 * where `DATABASE_URL` or Temporal's variables are unset. The only reader of `process.env`.
 */
export function loadSettings(): Settings {
  const dotEnv = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  const settings = readSettings({ ...dotEnv, ...process.env });
  const up = readUpFile(settings.dataDir);
  if (up === null) return settings;
  return readSettings({
    ...settings.env,
    ...(settings.databaseUrl === null ? { DATABASE_URL: up.databaseUrl } : {}),
    ...(temporalConfigured(settings) ? {} : { TEMPORAL_ADDRESS: up.temporalAddress }),
  });
}
