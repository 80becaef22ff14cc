import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { closedPort, hangingServer, passOn } from '../support/servers.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { LightMyRequestResponse } from 'fastify';
import { FORM, testApp } from '../support/http/app.ts';

afterEach(() => {
  vi.useRealTimers();
});

function databaseAt(port: number): Database {
  const database = openDatabase(`postgres://me:hush@127.0.0.1:${port}/x`);
  onTestFinished(() => database.sql.end({ timeout: 0 }));
  return database;
}

const notification = {
  method: 'POST',
  url: '/webhooks/webscraper?token=new',
  headers: FORM,
  payload: 'scrapingjob_id=5&status=finished',
} as const;

describe('while the database is away', () => {
  it('a notification is answered 503 at once, and again the next time', async () => {
    const { app, logger, notify } = testApp(databaseAt(await closedPort()));
    for (const _ of [1, 2]) {
      const answer = await app.inject(notification);
      expect([answer.statusCode, answer.json()]).toEqual([
        503,
        { error: 'the database cannot be reached; send it again' },
      ]);
    }
    expect(notify).not.toHaveBeenCalled();
    expect(JSON.stringify(logger.error.mock.calls)).toContain('ECONNREFUSED');
    expect(JSON.stringify(logger.error.mock.calls)).not.toContain('hush');
  });

  it('a notification is stored as soon as it is back', async () => {
    const { url, schemaName, drop } = await testDatabase();
    const [port, real] = [await closedPort(), new URL(url)];
    real.port = String(port);
    const database = openDatabase(real.href, { schemaName });
    const { app } = testApp(database);
    // Often enough that the driver, left to itself, would not try again for many seconds.
    for (const _ of [1, 2]) {
      const during = await Promise.all(Array.from({ length: 12 }, () => app.inject(notification)));
      expect(during.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 12 }, () => 503));
    }
    const stop = await passOn(port, { host: '127.0.0.1', port: Number(new URL(url).port) });
    expect((await app.inject(notification)).statusCode).toBe(200);
    await database.close();
    await stop();
    await drop();
  });

  it('readyz tells why', async () => {
    const { app } = testApp(databaseAt(await closedPort()));
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { ready: false, database: expect.stringContaining('ECONNREFUSED'), temporal: 'ok' },
    ]);
    expect((await app.inject('/healthz')).json()).toEqual({ alive: true });
  });

  it('a table that is missing is a reason, too', async () => {
    const { url, drop } = await testDatabase();
    await drop();
    const database = openDatabase(url, { schemaName: 'nowhere' });
    onTestFinished(() => database.close());
    const { app } = testApp(database);
    expect((await app.inject('/readyz')).json()).toMatchObject({
      ready: false,
      database: 'relation "notifications" does not exist',
    });
    expect((await app.inject(notification)).statusCode).toBe(503);
  });
});

describe('while the database hangs', () => {
  /** With a connection that is open and silent: the next query waits for it. */
  async function hangingDatabase(): Promise<Database> {
    const server = await hangingServer();
    onTestFinished(() => server.close());
    const database = databaseAt(server.port);
    database.sql`select 1`.catch(() => {});
    await server.connected;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return database;
  }

  /** The answer, which must not be there `earlyMs` after the request, and must be `lateMs` after it. */
  async function answerBetween(
    earlyMs: number,
    lateMs: number,
    request: PromiseLike<LightMyRequestResponse>,
  ) {
    const answered = vi.fn();
    const answer = Promise.resolve(request);
    void answer.then(answered);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(earlyMs);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(lateMs - earlyMs);
    return answer;
  }

  it('a notification is answered 503 before the 10 s are over that the API waits', async () => {
    const { app } = testApp(await hangingDatabase());
    expect((await answerBetween(7_000, 9_000, app.inject(notification))).statusCode).toBe(503);
  });

  it('readyz says so within 3 s, of Temporal as well', async () => {
    const { app } = testApp(await hangingDatabase(), { pingTemporal: () => new Promise(() => {}) });
    const answer = await answerBetween(1_000, 3_000, app.inject('/readyz'));
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { ready: false, database: 'no answer in 2.5 s', temporal: 'no answer in 2.5 s' },
    ]);
  });
});

describe('readyz', () => {
  it('is 200 when all answer', async () => {
    const { database, drop } = await testDatabase();
    onTestFinished(drop);
    const answer = await testApp(database).app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { ready: true, database: 'ok', temporal: 'ok' },
    ]);
  });

  it('tells what Temporal said', async () => {
    const { database, drop } = await testDatabase();
    onTestFinished(drop);
    const pingTemporal = () => Promise.reject(new Error('14 UNAVAILABLE:\n no connection'));
    const answer = await testApp(database, { pingTemporal }).app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { ready: false, database: 'ok', temporal: '14 UNAVAILABLE: no connection' },
    ]);
  });
});
