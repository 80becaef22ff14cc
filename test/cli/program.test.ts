import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runHere } from '../support/cli/run-here.ts';
import { workplace } from '../support/cli/workplace.ts';
import { closedPort } from '../support/servers.ts';

const place = workplace();
afterAll(() => place.remove());

const PRINTS_DATA = new Set([
  'up',
  'config',
  'doctor',
  'sample',
  'start',
  'list',
  'status',
  'rows',
  'watch',
  'explain',
  'cancel',
  'ask',
  'give-up',
  'adopt',
  'write',
  'replay',
  'report',
  'import',
  'parcels',
  'alerts',
  'texts',
  'forget',
  'sandbox',
]);

/** One line, and no trace of where in the program it came from. */
const ONE_LINE = /^[^\n]+\n$/;

describe('--help', () => {
  it('lists every command', async () => {
    const { code, out, err } = await place.run(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of COMMANDS.keys()) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each([...COMMANDS.keys()])('of %s', async (name) => {
    const { status, out, err } = await runHere([name, '--help']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain(`Usage: tsuiseki ${name} `);
    if (PRINTS_DATA.has(name)) expect(out).toContain('--json');
  });

  it('is there by process, too, and --version beside it', async () => {
    expect(await place.run(['status', '--help'])).toMatchObject({ code: 0, err: '' });
    expect(await place.run(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('wrong use: exit 2, one line, nothing on stdout', () => {
  it.each([
    ['an unknown command', ['bogus'], "unknown command 'bogus'"],
    ['a name every object has', ['constructor'], "unknown command 'constructor'"],
    ['an unknown option', ['list', '--bogus'], "unknown option '--bogus'"],
    ['no batch', ['status'], "missing required argument 'batch'"],
    ['one argument too many', ['status', 'a', 'b'], 'too many arguments'],
    ['no workbook', ['start'], "missing required argument 'workbook'"],
    ['an option without its value', ['start', 'x.xlsx', '--task'], "option '--task <task>' argument missing"],
    ['row 1', ['start', 'x.xlsx', '--rows', '1'], '--rows 1: write row numbers from 2 on, such as 3,7-9'],
    ['rows backwards', ['start', 'x.xlsx', '--rows', '9-7'], '--rows 9-7: write row numbers'],
    ['no worker', ['worker'], "missing required argument 'names'"],
    [
      'an unknown worker',
      ['worker', 'publish'],
      'no worker publish; there are tracking_batch, tracking_excel,',
    ],
    ['a day that is none', ['report', '--from', '2026-02-31'], '2026-02-31: write a day such as 2026-01-31'],
    ['an empty period', ['report', '--from', '2026-01-02', '--to', '2026-01-02'], 'is not before 2026-01-02'],
    ['two files', ['report', '--csv', 'a.csv', '--xlsx', 'a.xlsx'], '--csv and --xlsx: name one of them'],
    ['a port of letters', ['sandbox', '--port', 'x'], 'a whole number from 0 to 65535'],
    ['a duration without unit', ['sandbox', '--job-duration', '6'], 'a duration such as 500ms'],
    ['no URL', ['sandbox', '--webhook-url', 'x'], 'a URL beginning http://'],
  ])('%s', async (_what, args, text) => {
    const { status, out, err } = await runHere(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(ONE_LINE);
    expect(err).toContain(text);
  });

  it('by process, too', async () => {
    const err = "error: unknown option '--bogus' (--help shows how)\n";
    expect(await place.run(['list', '--bogus'])).toEqual({ code: 2, out: '', err });
  });

  it('no command at all: the help, on stderr', async () => {
    const { code, out, err } = await place.run([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: tsuiseki');
  });
});

describe.concurrent('settings that are missing: exit 2, each named', () => {
  const DATABASE_URL = 'postgres://127.0.0.1:1/x';
  it.each<[string, string[], NodeJS.ProcessEnv, string]>([
    ['list', ['list'], {}, 'DATABASE_URL is not set, and no `tsuiseki up` runs on this folder\n'],
    ['migrate', ['migrate'], {}, 'DATABASE_URL is not set; it is required here\n'],
    [
      'serve',
      ['serve'],
      {},
      'WEBHOOK_TOKEN is not set; it is required here\nDATABASE_URL is not set; it is required here\n',
    ],
    ['serve without token', ['serve'], { DATABASE_URL }, 'WEBHOOK_TOKEN is not set; it is required here\n'],
    [
      'serve without Temporal',
      ['serve'],
      { DATABASE_URL, WEBHOOK_TOKEN: 'x' },
      'TEMPORAL_ADDRESS is not set, and no `tsuiseki up` runs on this folder\n',
    ],
    ...['publish_tracking', 'tracking_webhook', 'acquisition'].map(
      (name): [string, string[], NodeJS.ProcessEnv, string] => [
        `worker ${name}`,
        ['worker', 'aggregation', name],
        { DATABASE_URL, TEMPORAL_ADDRESS: '127.0.0.1:1' },
        'WEBSCRAPER_API_TOKEN is not set; it is required here\n',
      ],
    ),
    ['worker', ['worker', 'aggregation'], {}, 'DATABASE_URL is not set; it is required here\n'],
    [
      'worker without Temporal',
      ['worker', 'aggregation'],
      { DATABASE_URL },
      'TEMPORAL_ADDRESS is not set, and no `tsuiseki up` runs on this folder\n',
    ],
    [
      'up without sandbox',
      ['up'],
      {},
      'WEBHOOK_TOKEN is not set; it is required here\nWEBSCRAPER_API_TOKEN is not set; it is required here\n',
    ],
    [
      'a Temporal profile that is not there',
      ['serve'],
      { DATABASE_URL, WEBHOOK_TOKEN: 'x', TEMPORAL_PROFILE: 'nowhere' },
      "TEMPORAL_PROFILE, TEMPORAL_TLS_… cannot be used: Profile 'nowhere' not found in config data\n",
    ],
  ])('%s', async (_what, args, env, err) => {
    expect(await place.run(args, env)).toEqual({ code: 2, out: '', err });
  });
});

describe.concurrent('settings', () => {
  it('that are wrong: exit 2 for every command, a line each', async () => {
    const env = { PUBLISH_INTERVAL: '5ms', WEBSCRAPER_CALL_LIMIT: '-1', URLS_PER_JOB: '1,owt=20001' };
    const err = [
      'WEBSCRAPER_CALL_LIMIT is "-1"; allowed: a whole number from 2 to 1000000',
      'PUBLISH_INTERVAL is "5ms"; allowed: 0s (no pace) or at least 10ms',
      'URLS_PER_JOB is "1,owt=20001"; allowed: a whole number from 1 to 20000',
      '',
    ].join('\n');
    const all = await Promise.all(
      [['config'], ['list'], ['up', '--sandbox'], ['serve'], ['worker', 'aggregation']].map((args) =>
        place.run(args, env),
      ),
    );
    expect(all).toEqual(all.map(() => ({ code: 2, out: '', err })));
  });

  it('are read from .env, below the environment', async () => {
    const other = workplace();
    writeFileSync(join(other.folder, '.env'), 'PUBLISH_INTERVAL=2s\nWEBHOOK_TOKEN="hush"\nHTTP_PORT=81\n');
    const { code, out, err } = await other.run(['config', '--json'], { HTTP_PORT: '82' });
    other.remove();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ PUBLISH_INTERVAL: '2s', WEBHOOK_TOKEN: '***', HTTP_PORT: '82' });
  });

  it('are printed for people, too, without their secrets', async () => {
    const env = {
      DATABASE_URL: 'postgres://me:hush@db/x',
      TEMPORAL_API_KEY: 'hush',
      WEBDAV_URL: 'https://me:hush@cloud/files',
    };
    const { code, out, err } = await place.run(['config'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('DATABASE_URL=postgres://me:***@db/x\n');
    expect(out).toContain('TEMPORAL_API_KEY=***\n');
    expect(out).not.toContain('hush');
  });
});

describe.concurrent('what is away: exit 1, one line', () => {
  it('the database', async () => {
    const port = await closedPort();
    const env = { DATABASE_URL: `postgres://me:hush@127.0.0.1:${port}/x` };
    const err = `the database at 127.0.0.1:${port} cannot be used: connect ECONNREFUSED 127.0.0.1:${port}\n`;
    const all = await Promise.all(
      [['list', '--json'], ['status', 'x'], ['rows', 'x', '--json'], ['watch', 'x'], ['report']].map((args) =>
        place.run(args, env),
      ),
    );
    expect(all).toEqual(all.map(() => ({ code: 1, out: '', err })));
  });

  it('shows where it came from when LOG_LEVEL is debug, set in .env or not', async () => {
    const other = workplace();
    const env = { DATABASE_URL: `postgres://127.0.0.1:${await closedPort()}/x` };
    writeFileSync(join(other.folder, '.env'), 'LOG_LEVEL=debug\n');
    const { code, err } = await other.run(['list'], env);
    other.remove();
    expect(code).toBe(1);
    expect(err).toMatch(/^CommandError: the database at [^\n]+\n {4}at /);
  });

  it('a running `up --sandbox` tells where its API is, unless the database is another', async () => {
    const dataDir = join(place.folder, 'data3');
    mkdirSync(dataDir, { recursive: true });
    const up = {
      databaseUrl: 'postgres://up/x',
      temporalAddress: 'up:7233',
      webUi: null,
      sandbox: 'http://up:1',
    };
    writeFileSync(join(dataDir, 'up.json'), JSON.stringify(up));
    const url = async (env: NodeJS.ProcessEnv) => {
      const { out } = await place.run(['config', '--json'], { TSUISEKI_DATA_DIR: dataDir, ...env });
      return JSON.parse(out).WEBSCRAPER_API_URL;
    };
    expect(await url({})).toBe('http://up:1/api/v1');
    expect(await url({ DATABASE_URL: 'postgres://other/x' })).toBe('https://api.webscraper.io/api/v1');
  });

  it('an up.json that is damaged is as good as none', async () => {
    mkdirSync(join(place.folder, 'data2'), { recursive: true });
    writeFileSync(join(place.folder, 'data2', 'up.json'), '{"ready":');
    const { code, err } = await place.run(['list'], { TSUISEKI_DATA_DIR: 'data2' });
    expect({ code, err }).toEqual({
      code: 2,
      err: 'DATABASE_URL is not set, and no `tsuiseki up` runs on this folder\n',
    });
  });
});
