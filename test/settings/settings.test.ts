import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  effectiveSettings,
  readSettings,
  requireSetting,
  requireSettings,
  secretsOf,
  SettingsError,
  temporalConfigured,
} from '../../src/settings/settings.ts';

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

it('has a default for everything that need not be set', () => {
  const { env, ...settings } = readSettings({});
  expect(env).toEqual({});
  expect(settings).toEqual({
    databaseUrl: null,
    personalDataKeptMs: 15_552_000_000,
    uploadsDir: null,
    webUiUrl: null,
    otlpEndpoint: null,
    otlpHeaders: null,
    otelServiceName: 'tsuiseki',
    deploymentName: null,
    workerBuildId: null,
    dataDir: resolve('.tsuiseki'),
    webscraperApiUrl: 'https://api.webscraper.io/api/v1',
    webscraperApiToken: null,
    callLimit: 200,
    callWindowMs: 900_000,
    publishIntervalMs: 6_000,
    urlsPerJob: { all: 1, tasks: {} },
    sitemapIds: null,
    columns: { all: { input: 'A', email: 'B', result: 'C' }, tasks: {} },
    writebackEvery: 10,
    writebackMinIntervalMs: 0,
    refreshAfterMs: 43_200_000,
    retryOnSaveAfterMs: 3_600_000,
    autoMaxRows: 1_000,
    statusColumn: null,
    requery: 'free',
    requeryCreditsPerDay: 500,
    recalculate: 'auto',
    resultsWebhookUrl: null,
    resultsWebhookSecret: null,
    signedWorkbooks: 'warn',
    jobDeadlineMs: 1_800_000,
    driftAfter: 10,
    webhookForwardUrl: null,
    webhookTokens: null,
    httpHost: '127.0.0.1',
    httpPort: 8080,
    metricsPort: null,
    operatorTokens: null,
    viewerTokens: null,
    trustedProxies: null,
    authUserHeader: 'X-Forwarded-User',
    viewerUsers: null,
    webdavUrl: null,
    webdavUsername: null,
    webdavPassword: null,
    onlyofficeJwtSecret: null,
    onlyofficeJwtHeader: 'Authorization',
    onlyofficeCallbackUrl: null,
    onlyofficeCommandUrl: null,
    nextcloudWebhookToken: null,
    notifyUrl: null,
    notifyStyle: 'json',
    yamatoUrl: 'https://toi.kuronekoyamato.co.jp/cgi-bin/tneko',
    yamatoPauseMinMs: 1_000,
    yamatoPauseMaxMs: 50_000,
    logLevel: 'info',
  });
});

it('takes what is set but empty as unset', () => {
  const { env: _, ...settings } = readSettings({ DATABASE_URL: '', PUBLISH_INTERVAL: '  ', HTTP_PORT: '' });
  const { env: __, ...defaults } = readSettings({});
  expect(settings).toEqual(defaults);
});

describe('good values', () => {
  it.each([
    ['DATABASE_URL', 'postgresql://me:hush@db/x', 'databaseUrl', 'postgresql://me:hush@db/x'],
    ['TSUISEKI_DATA_DIR', '/data/x', 'dataDir', '/data/x'],
    ['WEBSCRAPER_API_URL', 'http://127.0.0.1:9/api/v1/', 'webscraperApiUrl', 'http://127.0.0.1:9/api/v1'],
    ['WEBSCRAPER_API_TOKEN', ' hush ', 'webscraperApiToken', 'hush'],
    ['WEBSCRAPER_CALL_LIMIT', '2', 'callLimit', 2],
    ['WEBSCRAPER_CALL_WINDOW', '10s', 'callWindowMs', 10_000],
    ['PUBLISH_INTERVAL', '0s', 'publishIntervalMs', 0],
    ['PUBLISH_INTERVAL', '10ms', 'publishIntervalMs', 10],
    ['URLS_PER_JOB', '1,owt=20000', 'urlsPerJob', { all: 1, tasks: { owt: 20_000 } }],
    ['SITEMAP_IDS', 'owryt=5,yto=6', 'sitemapIds', { all: null, tasks: { owryt: 5, yto: 6 } }],
    [
      'COLUMNS',
      'owt=B,C,H',
      'columns',
      {
        all: { input: 'A', email: 'B', result: 'C' },
        tasks: { owt: { input: 'B', email: 'C', result: 'H' } },
      },
    ],
    ['STATUS_COLUMN', 'd', 'statusColumn', 'D'],
    ['REQUERY', 'on', 'requery', 'on'],
    ['REQUERY_CREDITS_PER_DAY', '40', 'requeryCreditsPerDay', 40],
    ['RECALCULATE', 'never', 'recalculate', 'never'],
    ['SIGNED_WORKBOOKS', 'refuse', 'signedWorkbooks', 'refuse'],
    ['WEBHOOK_TOKEN', 'new,old', 'webhookTokens', ['new', 'old']],
    ['HTTP_HOST', '::1', 'httpHost', '::1'],
    ['HTTP_PORT', '0', 'httpPort', 0],
    ['METRICS_PORT', '9464', 'metricsPort', 9_464],
    [
      'WEBDAV_URL',
      'https://cloud/remote.php/dav/files/bot',
      'webdavUrl',
      'https://cloud/remote.php/dav/files/bot/',
    ],
    [
      'TRUSTED_PROXIES',
      '10.0.0.5, fd00::/8,10.1.0.0/16',
      'trustedProxies',
      ['10.0.0.5', 'fd00::/8', '10.1.0.0/16'],
    ],
    [
      'OPERATOR_TOKENS',
      'anna:0123456789abcdef,Ben B.:a:c-0123456789abc',
      'operatorTokens',
      [
        { name: 'anna', token: '0123456789abcdef' },
        { name: 'Ben B.', token: 'a:c-0123456789abc' },
      ],
    ],
    ['LOG_LEVEL', 'debug', 'logLevel', 'debug'],
  ] as const)('%s=%s', (name, text, key, value) =>
    expect(readSettings({ [name]: text })[key]).toEqual(value),
  );

  it("COLUMNS as the terminal's width, which shells export, is not meant", () => {
    expect(readSettings({ COLUMNS: '120' }).columns.all).toEqual({ input: 'A', email: 'B', result: 'C' });
  });
});

const DURATION = 'a duration such as 500ms, 6s, 15m, 5h or 180d';
const ADDRESSES = 'addresses such as 10.0.0.5 or networks such as 10.0.0.0/24, comma-separated';
const HTTP_URL = 'a URL beginning https:// or http://';

describe('a bad value is one line: the variable, what was read, what is allowed', () => {
  it.each([
    ['DATABASE_URL', 'mysql://db/x', 'a URL beginning postgres:// or postgresql://'],
    ['WEBSCRAPER_API_URL', 'api.webscraper.io', HTTP_URL],
    ['WEBSCRAPER_CALL_LIMIT', '0', 'a whole number from 2 to 1000000'],
    ['WEBSCRAPER_CALL_LIMIT', '1', 'a whole number from 2 to 1000000'],
    ['WEBSCRAPER_CALL_LIMIT', '-200', 'a whole number from 2 to 1000000'],
    ['WEBSCRAPER_CALL_LIMIT', 'many', 'a whole number from 2 to 1000000'],
    ['WEBSCRAPER_CALL_WINDOW', '0s', `${DURATION}, more than 0`],
    ['WEBSCRAPER_CALL_WINDOW', '15', DURATION],
    ['PUBLISH_INTERVAL', '6', DURATION],
    ['PUBLISH_INTERVAL', '-1s', DURATION],
    ['PUBLISH_INTERVAL', '1ms', '0s (no pace) or at least 10ms'],
    ['PUBLISH_INTERVAL', '9ms', '0s (no pace) or at least 10ms'],
    ['PUBLISH_INTERVAL', '0.1ms', '0s (no pace) or at least 10ms'],
    ['URLS_PER_JOB', '0', 'a whole number from 1 to 20000'],
    ['URLS_PER_JOB', '20001', 'a whole number from 1 to 20000'],
    ['URLS_PER_JOB', '1,owt=20001', 'a whole number from 1 to 20000'],
    ['URLS_PER_JOB', '1,tracking=2', 'the task is one of owryt, owt, yto, jpto, jpt10, rtjpt, yt10'],
    ['SITEMAP_IDS', 'owryt=0', 'a whole number from 1 to 9007199254740991'],
    ['COLUMNS', 'A,B', 'three column letters: input, e-mail, result, such as A,B,C'],
    ['COLUMNS', 'owt=A,A,C', 'three different columns'],
    ['COLUMNS', '1,2,3', 'a column letter such as D'],
    ['WRITEBACK_EVERY', '0', 'a whole number from 1 to 1000000'],
    ['WRITEBACK_MIN_INTERVAL', '5', DURATION],
    ['REFRESH_AFTER', 'never', DURATION],
    ['PERSONAL_DATA_KEPT', '0d', `${DURATION}, more than 0`],
    ['RETRY_ON_SAVE_AFTER', '1 h', DURATION],
    ['AUTO_MAX_ROWS', '-1', 'a whole number from 1 to 1000000'],
    ['STATUS_COLUMN', '4', 'a column letter such as D'],
    ['JOB_DEADLINE', '0m', `${DURATION}, more than 0`],
    ['HTTP_PORT', '65536', 'a whole number from 0 to 65535'],
    ['METRICS_PORT', '65501', 'a whole number from 0 to 65500'],
    ['HTTP_PORT', '80a', 'a whole number from 0 to 65535'],
    ['TRUSTED_PROXIES', 'proxy.internal', ADDRESSES],
    ['TRUSTED_PROXIES', '10.0.0.0/33', ADDRESSES],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8', ADDRESSES],
    ['TRUSTED_PROXIES', '10.0.0.0/', ADDRESSES],
    ['AUTH_USER_HEADER', 'X User', 'the name of a header'],
    ['WEBDAV_URL', '/remote.php', HTTP_URL],
    ['ONLYOFFICE_CALLBACK_URL', 'cloud', HTTP_URL],
    ['ONLYOFFICE_COMMAND_URL', 'cloud', HTTP_URL],
    ['YAMATO_URL', 'toi.kuronekoyamato.co.jp', HTTP_URL],
    ['YAMATO_PAUSE_MIN', '1', DURATION],
    ['YAMATO_PAUSE_MAX', '', null],
    ['LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, fatal, silent'],
  ])('%s=%s', (name, text, allowed) => {
    const expected = allowed === null ? [] : [`${name} is ${JSON.stringify(text)}; allowed: ${allowed}`];
    expect(problemsOf({ [name]: text })).toEqual(expected);
  });

  it('with a line break in it, too', () => {
    expect(problemsOf({ LOG_LEVEL: 'in\nfo' })).toHaveLength(1);
  });

  it.each(['hush-0123456789abcdef', 'anna:short', ':0123456789abcdef', 'anna:0123456789 abcdef'])(
    'OPERATOR_TOKENS=%s, which is not told',
    (text) => {
      expect(problemsOf({ OPERATOR_TOKENS: text })).toEqual([
        'OPERATOR_TOKENS is "***"; allowed: name:token, comma-separated, each token 16 characters at least',
      ]);
    },
  );

  it.each(['NOTIFY_URL', 'RESULTS_WEBHOOK_URL', 'WEBHOOK_FORWARD_URL'])(
    '%s, which may be a secret as a whole',
    (name) => {
      expect(problemsOf({ [name]: 'results' })).toEqual([`${name} is "***"; allowed: ${HTTP_URL}`]);
    },
  );

  it('a name has one token', () => {
    const [one, other] = ['anna:0123456789abcdef', 'anna:fedcba9876543210'];
    expect(problemsOf({ OPERATOR_TOKENS: one, VIEWER_TOKENS: other })).toEqual([
      'OPERATOR_TOKENS and VIEWER_TOKENS name "anna" twice; allowed: each name once',
    ]);
  });

  it('pauses of Yamato have an order', () => {
    expect(problemsOf({ YAMATO_PAUSE_MIN: '60s' })).toEqual([
      'YAMATO_PAUSE_MIN is "60s"; allowed: at most YAMATO_PAUSE_MAX, "50s"',
    ]);
  });

  it("the status has a column of its own, whichever the task's", () => {
    const line = 'allowed: a column that COLUMNS does not name';
    expect(problemsOf({ STATUS_COLUMN: 'C' })).toEqual([`STATUS_COLUMN is "C"; ${line}`]);
    expect(problemsOf({ STATUS_COLUMN: 'h', COLUMNS: 'owt=B,C,H' })).toEqual([
      `STATUS_COLUMN is "h"; ${line}`,
    ]);
    expect(problemsOf({ STATUS_COLUMN: 'D' })).toEqual([]);
  });

  it('secrets are masked', () => {
    expect(problemsOf({ WEBHOOK_TOKEN: ',,', DATABASE_URL: 'mysql://me:hush@db/x' })).toEqual([
      'DATABASE_URL is "mysql://me:***@db/x"; allowed: a URL beginning postgres:// or postgresql://',
      'WEBHOOK_TOKEN is "***"; allowed: one or more texts, separated by commas',
    ]);
  });
});

it('all problems are told at once', () => {
  const lines = problemsOf({
    PUBLISH_INTERVAL: '5ms',
    URLS_PER_JOB: '1,owt=20001',
    HTTP_PORT: 'http',
    YAMATO_PAUSE_MIN: '60s',
  });
  expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
    'PUBLISH_INTERVAL',
    'URLS_PER_JOB',
    'HTTP_PORT',
    'YAMATO_PAUSE_MIN',
  ]);
});

it('what is required and unset is named, all of it', () => {
  const settings = readSettings({ WEBHOOK_TOKEN: 'hush' });
  expect(requireSetting(settings, 'webhookTokens')).toEqual(['hush']);
  expect(() => requireSetting(settings, 'databaseUrl')).toThrow(
    'DATABASE_URL is not set; it is required here',
  );
  expect(() => requireSettings(settings, 'webhookTokens', 'databaseUrl', 'webscraperApiToken')).toThrow(
    'DATABASE_URL is not set; it is required here\nWEBSCRAPER_API_TOKEN is not set; it is required here',
  );
});

it('the effective settings hold no secret', () => {
  const secrets = {
    WEBSCRAPER_API_TOKEN: 'hush-1',
    WEBHOOK_TOKEN: 'hush-2,hush-3',
    WEBDAV_PASSWORD: 'hush-4',
    ONLYOFFICE_JWT_SECRET: 'hush-5',
    NEXTCLOUD_WEBHOOK_TOKEN: 'hush-6',
    TEMPORAL_API_KEY: 'hush-7',
    TEMPORAL_GRPC_META_AUTHORIZATION: 'hush-8',
    DATABASE_URL: 'postgres://me:hush-9@db/x',
    WEBDAV_URL: 'https://me:hush-10@cloud/files',
    WEBSCRAPER_API_URL: 'https://me:hush-11@scraper/api',
    ONLYOFFICE_CALLBACK_URL: 'https://cloud/callback?token=hush-12',
    ONLYOFFICE_COMMAND_URL: 'https://me:hush-13@office/command',
    YAMATO_URL: 'https://me:hush-14@yamato/',
    NOTIFY_URL: 'https://hooks.chat/services/hush-15/hush-16?sig=hush-17',
    RESULTS_WEBHOOK_URL: 'https://me:hush-15@results/?token=hush-16',
    RESULTS_WEBHOOK_SECRET: 'hush-17',
    WEBHOOK_FORWARD_URL: 'https://old/webhook/hush-18?t=hush-19',
  };
  const shown = effectiveSettings(readSettings({ ...secrets, PUBLISH_INTERVAL: '1s', PATH: '/bin' }));
  expect(JSON.stringify(shown)).not.toContain('hush');
  expect(shown).toMatchObject({
    WEBHOOK_TOKEN: '***',
    TEMPORAL_API_KEY: '***',
    TEMPORAL_ADDRESS: null,
    DATABASE_URL: 'postgres://me:***@db/x',
    NOTIFY_URL: 'https://hooks.chat/***',
    PUBLISH_INTERVAL: '1s',
    HTTP_PORT: '8080',
    STATUS_COLUMN: null,
  });
  expect(shown).not.toHaveProperty('PATH');
});

it.each([
  [{}, false],
  [{ TEMPORAL_ADDRESS: '' }, false],
  [{ TEMPORAL_NAMESPACE: 'parcels' }, false],
  [{ TEMPORAL_ADDRESS: 'a:7233' }, true],
  [{ TEMPORAL_CONFIG_FILE: '/x.toml' }, true],
  [{ TEMPORAL_PROFILE: 'cloud' }, true],
])('%j means a Temporal configured elsewhere: %s', (env, configured) =>
  expect(temporalConfigured(readSettings(env))).toBe(configured),
);

it('every secret is known to who must not tell it, short words excepted', () => {
  const settings = readSettings({
    WEBSCRAPER_API_TOKEN: 'token-of-the-account',
    WEBHOOK_TOKEN: 'hook-of-today,hook-of-yesterday',
    DATABASE_URL: 'postgres://me:password-of-mine@db/x',
    TEMPORAL_API_KEY: 'key-of-the-cloud',
    WEBDAV_PASSWORD: 'tsuiseki',
    WEBDAV_USERNAME: 'a-name-that-is-told',
  });
  expect(secretsOf(settings)).toEqual([
    'hook-of-today,hook-of-yesterday',
    'token-of-the-account',
    'hook-of-yesterday',
    'key-of-the-cloud',
    'password-of-mine',
    'hook-of-today',
  ]);
});
