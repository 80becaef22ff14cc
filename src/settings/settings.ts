import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { TsuisekiError, errorMessage } from '../errors.ts';
import {
  baseUrl,
  byTask,
  columnLetter,
  columns,
  commaList,
  duration,
  folderUrl,
  headerList,
  nonEmpty,
  oneOf,
  positiveDuration,
  url,
  wholeNumber,
} from './parse.ts';
import type { Parser } from './parse.ts';
import { addresses, headerName, namedTokens } from './sign-in.ts';
import { hiddenParts, maskPath, maskSecret, maskTemporal, maskUrl } from './mask.ts';
import { embeddedTemporal, readUpFile, sandboxApi } from './up-file.ts';
import { NOTICE_STYLES } from '../outbound/notices/notice.ts';
import { TRACKING_TASKS } from '../tasks/registry.ts';

/** Wrong or missing settings: one line a problem. The process ends with status 2. */
export class SettingsError extends TsuisekiError<'SETTINGS_INVALID' | 'SETTINGS_MISSING'> {}

interface Setting<T> {
  name: string;
  parse: Parser<T>;
  /** The default, written as a person would set it; undefined: none. */
  fallback?: string;
  /** What of it may be shown; undefined: all. */
  mask?: (text: string) => string;
}

const prefixes = TRACKING_TASKS.map((task) => task.customIdPrefix);

/** The pace: 0s is none; between 0 and 10ms a timer cannot keep it. */
const publishInterval: Parser<number> = (text) => {
  const ms = duration(text);
  if (ms > 0 && ms < 10) throw new RangeError('0s (no pace) or at least 10ms');
  return ms;
};

function required<T>(
  name: string,
  fallback: string,
  parse: Parser<T>,
  mask: (text: string) => string = (text) => text,
): Setting<T> & { fallback: string } {
  return { name, parse, fallback, mask };
}

const SPEC = {
  databaseUrl: { name: 'DATABASE_URL', parse: url('postgres:', 'postgresql:'), mask: maskUrl },
  dataDir: required('TSUISEKI_DATA_DIR', '.tsuiseki', (text) => resolve(nonEmpty(text))),
  webscraperApiUrl: required(
    'WEBSCRAPER_API_URL',
    'https://api.webscraper.io/api/v1',
    baseUrl('https:', 'http:'),
    maskUrl,
  ),
  webscraperApiToken: { name: 'WEBSCRAPER_API_TOKEN', parse: nonEmpty, mask: maskSecret },
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
  personalDataKeptMs: required('PERSONAL_DATA_KEPT', '180d', positiveDuration),
  requery: required('REQUERY', 'free', oneOf('on', 'free', 'off')),
  requeryCreditsPerDay: required('REQUERY_CREDITS_PER_DAY', '500', wholeNumber(0, 1_000_000)),
  recalculate: required('RECALCULATE', 'auto', oneOf('auto', 'never')),
  signedWorkbooks: required('SIGNED_WORKBOOKS', 'warn', oneOf('warn', 'refuse')),
  jobDeadlineMs: required('JOB_DEADLINE', '30m', positiveDuration),
  driftAfter: required('DRIFT_AFTER', '10', wholeNumber(1, 10_000)),
  webhookTokens: { name: 'WEBHOOK_TOKEN', parse: commaList, mask: maskSecret },
  webhookForwardUrl: { name: 'WEBHOOK_FORWARD_URL', parse: url('https:', 'http:'), mask: maskPath },
  httpHost: required('HTTP_HOST', '127.0.0.1', nonEmpty),
  httpPort: required('HTTP_PORT', '8080', wholeNumber(0, 65_535)),
  // `up` gives each worker a port, from this one on.
  uploadsDir: { name: 'UPLOADS_DIR', parse: (text) => resolve(nonEmpty(text)) },
  webUiUrl: { name: 'WEB_UI_URL', parse: baseUrl('https:', 'http:'), mask: maskUrl },
  metricsPort: { name: 'METRICS_PORT', parse: wholeNumber(0, 65_500) },
  operatorTokens: { name: 'OPERATOR_TOKENS', parse: namedTokens, mask: maskSecret },
  viewerTokens: { name: 'VIEWER_TOKENS', parse: namedTokens, mask: maskSecret },
  trustedProxies: { name: 'TRUSTED_PROXIES', parse: addresses },
  authUserHeader: required('AUTH_USER_HEADER', 'X-Forwarded-User', headerName),
  viewerUsers: { name: 'VIEWER_USERS', parse: commaList },
  webdavUrl: { name: 'WEBDAV_URL', parse: folderUrl('https:', 'http:'), mask: maskUrl },
  webdavUsername: { name: 'WEBDAV_USERNAME', parse: nonEmpty },
  webdavPassword: { name: 'WEBDAV_PASSWORD', parse: nonEmpty, mask: maskSecret },
  onlyofficeJwtSecret: { name: 'ONLYOFFICE_JWT_SECRET', parse: nonEmpty, mask: maskSecret },
  onlyofficeJwtHeader: required('ONLYOFFICE_JWT_HEADER', 'Authorization', nonEmpty),
  onlyofficeCallbackUrl: { name: 'ONLYOFFICE_CALLBACK_URL', parse: url('https:', 'http:'), mask: maskUrl },
  onlyofficeCommandUrl: { name: 'ONLYOFFICE_COMMAND_URL', parse: url('https:', 'http:'), mask: maskUrl },
  nextcloudWebhookToken: { name: 'NEXTCLOUD_WEBHOOK_TOKEN', parse: nonEmpty, mask: maskSecret },
  notifyUrl: { name: 'NOTIFY_URL', parse: url('https:', 'http:'), mask: maskPath },
  notifyStyle: required('NOTIFY_STYLE', 'json', oneOf(...NOTICE_STYLES)),
  resultsWebhookUrl: { name: 'RESULTS_WEBHOOK_URL', parse: url('https:', 'http:'), mask: maskPath },
  resultsWebhookSecret: { name: 'RESULTS_WEBHOOK_SECRET', parse: nonEmpty, mask: maskSecret },
  yamatoUrl: required(
    'YAMATO_URL',
    'https://toi.kuronekoyamato.co.jp/cgi-bin/tneko',
    url('https:', 'http:'),
    maskUrl,
  ),
  yamatoPauseMinMs: required('YAMATO_PAUSE_MIN', '1s', duration),
  yamatoPauseMaxMs: required('YAMATO_PAUSE_MAX', '50s', duration),
  // As every OpenTelemetry SDK reads them.
  otlpEndpoint: { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', parse: baseUrl('https:', 'http:'), mask: maskUrl },
  otlpHeaders: { name: 'OTEL_EXPORTER_OTLP_HEADERS', parse: headerList, mask: maskSecret },
  otelServiceName: required('OTEL_SERVICE_NAME', 'tsuiseki', nonEmpty),
  // As Temporal's Worker Controller sets them for Kubernetes.
  deploymentName: { name: 'TEMPORAL_DEPLOYMENT_NAME', parse: nonEmpty },
  workerBuildId: { name: 'TEMPORAL_WORKER_BUILD_ID', parse: nonEmpty },
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

const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

/** What is in effect, as a person would write it; undefined: nothing. */
function textOf(setting: Setting<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  const given = env[setting.name];
  if (!isSet(given)) return setting.fallback;
  // Shells and terminals export COLUMNS, the width of the terminal; ours are letters.
  if (setting.name === 'COLUMNS' && /^\s*\d+\s*$/.test(given)) return setting.fallback;
  return given.trim();
}

function masked(setting: Setting<unknown>, text: string): string {
  return setting.mask?.(text) ?? text;
}

/** What is right by itself and wrong together. A value that could not be read is null, and has its line already. */
function disagreements(settings: Partial<Settings> & Pick<Settings, 'env'>): string[] {
  const problems: string[] = [];
  const shown = (setting: Setting<unknown>) => JSON.stringify(textOf(setting, settings.env));
  const { yamatoPauseMinMs: min, yamatoPauseMaxMs: max, statusColumn, columns: used } = settings;
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    problems.push(
      `YAMATO_PAUSE_MIN is ${shown(SPEC.yamatoPauseMinMs)}; allowed: at most YAMATO_PAUSE_MAX, ${shown(SPEC.yamatoPauseMaxMs)}`,
    );
  if ((settings.deploymentName === null) !== (settings.workerBuildId === null))
    problems.push('TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID: allowed: both or neither');
  const names = [settings.operatorTokens, settings.viewerTokens].flatMap((each) => each ?? []);
  const twice = names.find(({ name }, at) => names.findIndex((each) => each.name === name) !== at);
  if (twice !== undefined)
    problems.push(
      `OPERATOR_TOKENS and VIEWER_TOKENS name ${JSON.stringify(twice.name)} twice; allowed: each name once`,
    );
  const taken = used ? [used.all, ...Object.values(used.tasks)].flatMap((each) => Object.values(each)) : [];
  if (typeof statusColumn === 'string' && taken.includes(statusColumn))
    problems.push(
      `STATUS_COLUMN is ${shown(SPEC.statusColumn)}; allowed: a column that COLUMNS does not name`,
    );
  return problems;
}

/**
 * Reads all settings at once; pure. Throws {@link SettingsError} with a line for each problem: the variable, what
 * was read (secrets masked) and what is allowed.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const read = (setting: Setting<unknown>): unknown => {
    const text = textOf(setting, env);
    if (text === undefined) return null;
    try {
      return setting.parse(text);
    } catch (error) {
      problems.push(
        `${setting.name} is ${JSON.stringify(masked(setting, text))}; allowed: ${errorMessage(error)}`,
      );
      return null;
    }
  };
  const values = Object.fromEntries(Object.entries(SPEC).map(([key, setting]) => [key, read(setting)]));
  const settings = { ...values, env } as Settings;
  problems.push(...disagreements(settings));
  if (problems.length > 0) throw new SettingsError('SETTINGS_INVALID', problems.join('\n'));
  return settings;
}

/** The setting, or a {@link SettingsError} that names the variable to set. */
export function requireSetting<Key extends keyof Spec>(
  settings: Settings,
  key: Key,
): NonNullable<Settings[Key]> {
  const value = settings[key];
  if (value === null || value === undefined) throw missing([key]);
  return value;
}

/** Throws a {@link SettingsError} that names every variable that is missing, not only the first. */
export function requireSettings(settings: Settings, ...keys: (keyof Spec)[]): void {
  const unset = keys.filter((key) => settings[key] === null);
  if (unset.length > 0) throw missing(unset);
}

function missing(keys: readonly (keyof Spec)[]): SettingsError {
  const lines = keys.map((key) => `${SPEC[key].name} is not set; it is required here`);
  return new SettingsError('SETTINGS_MISSING', lines.join('\n'));
}

/** Always shown, set or not. */
const TEMPORAL_SHOWN = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY'];

interface Shown {
  name: string;
  /** Undefined: nothing is in effect. */
  text: string | undefined;
  masked: string | null;
}

function everySetting({ env }: Settings): Shown[] {
  const own = Object.values(SPEC).map((setting) => {
    const text = textOf(setting, env);
    return { name: setting.name, text, masked: text === undefined ? null : masked(setting, text) };
  });
  const names = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_'));
  const temporal = [...new Set([...TEMPORAL_SHOWN, ...names])].map((name) => {
    const text = env[name];
    return { name, text, masked: isSet(text) ? maskTemporal(name, text) : null };
  });
  return [...temporal, ...own];
}

/** What every variable is in effect, secrets masked, for `tsuiseki config`. */
export function effectiveSettings(settings: Settings): Record<string, string | null> {
  return Object.fromEntries(everySetting(settings).map(({ name, masked: shown }) => [name, shown]));
}

/** A shorter one may be an ordinary word: `tsuiseki` is the database's password in docker-compose.yml. */
const SHORTEST_SECRET = 10;

/** Every secret among the settings, for whoever must not tell any. */
export function secretsOf(settings: Settings): string[] {
  const parts = everySetting(settings).flatMap(({ text, masked: shown }) =>
    text === undefined || shown === null ? [] : hiddenParts(text, shown),
  );
  // The longest first: a part of it would leave the rest.
  return [...new Set(parts)]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length);
}

const TEMPORAL_VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE'] as const;

/** Whether Temporal is configured elsewhere, so that no embedded dev server is meant. */
export function temporalConfigured(settings: Settings): boolean {
  return TEMPORAL_VARIABLES.some((name) => isSet(settings.env[name]));
}

/** The process's environment over a `.env` file in the working folder. */
function environment(): NodeJS.ProcessEnv {
  const dotEnv = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...dotEnv, ...process.env };
}

/** What a process was not started with, and is told later by who started it. */
export function addToEnvironment(env: NodeJS.ProcessEnv): void {
  Object.assign(process.env, env);
}

/**
 * The process's settings: its environment over a `.env` file in the working folder, and what a running `up` wrote
 * where `DATABASE_URL` or Temporal's variables are unset. Nothing else reads `process.env`.
 */
export function loadSettings(): Settings {
  const settings = loadOwnSettings();
  const up = readUpFile(settings.dataDir);
  if (up === null) return settings;
  const { env } = settings;
  const server = { address: up.temporalAddress, namespace: up.temporalNamespace };
  const embedded = up.webUi !== null;
  const temporal = embedded ? embeddedTemporal(env, server) : { TEMPORAL_ADDRESS: server.address };
  // Only with its own database: the jobs of another are not the sandbox's.
  const isItsOwn = (settings.databaseUrl ?? up.databaseUrl) === up.databaseUrl;
  return readSettings({
    ...env,
    ...(isItsOwn && up.sandbox != null ? sandboxApi(up.sandbox) : {}),
    ...(settings.databaseUrl === null ? { DATABASE_URL: up.databaseUrl } : {}),
    ...(temporalConfigured(settings) ? {} : temporal),
  });
}

/** The same without what a running `up` wrote: for `up` itself. */
export function loadOwnSettings(): Settings {
  return readSettings(environment());
}

/** Whether errors are to show where they come from; true settings or not, as it is asked when they are wrong. */
export function wantsStackTraces(): boolean {
  const level = environment()['LOG_LEVEL']?.trim();
  return level === 'debug' || level === 'trace';
}
