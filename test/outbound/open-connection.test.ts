import { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { OpenConnection } from '../../src/outbound/open-connection.ts';
import { outgoing } from '../../src/outbound/request.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import { closedPort, hangingServer } from '../support/servers.ts';

const NEVER = new AbortController().signal;
const post = (url: string, connection: OpenConnection, latestMs: number) =>
  outgoing({}).post(url, { json: { a: 1 }, agent: connection.agents(latestMs) });

it('a request goes out over a connection that stood before it', async () => {
  const server = await recordingServer();
  const connection = await OpenConnection.to(new URL(server.url), NEVER);
  expect((await post(server.url, connection, Date.now() + 5_000)).statusCode).toBe(200);
  expect(server.received).toMatchObject([{ method: 'POST', body: Buffer.from('{"a":1}') }]);
});

it('B.17: a process that stood still until after the latest moment sends nothing', async () => {
  const server = await recordingServer();
  const connection = await OpenConnection.to(new URL(server.url), NEVER);
  await expect(post(server.url, connection, Date.now() - 1)).rejects.toMatchObject({ code: 'NOT_SENT' });
  expect(server.received).toEqual([]);
});

it('B.17: the clock is looked at in the turn in which the request is written', async () => {
  const server = await recordingServer();
  const connection = await OpenConnection.to(new URL(server.url), NEVER);
  const latestMs = Date.now() + 5_000;
  const seen: string[] = [];
  vi.spyOn(Date, 'now').mockImplementation(() => {
    seen.push('look');
    setImmediate(() => seen.push('the next turn'));
    return latestMs;
  });
  const { write } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
    seen.push('write');
    return Reflect.apply(write, this, args);
  });
  await post(server.url, connection, latestMs);
  vi.restoreAllMocks();
  const last = seen.lastIndexOf('look', seen.indexOf('write'));
  expect(seen.slice(last, seen.indexOf('write') + 1)).toEqual(['look', 'write']);
});

it('one that the other side has closed meanwhile is not written to', async () => {
  const server = await hangingServer();
  const connection = await OpenConnection.to(new URL(`http://127.0.0.1:${server.port}`), NEVER);
  await server.close();
  await vi.waitFor(async () => {
    await expect(
      post(`http://127.0.0.1:${server.port}`, connection, Date.now() + 60_000),
    ).rejects.toMatchObject({ code: 'NOT_SENT' });
  });
});

it('no connection, or one that is no longer wanted, is told as nothing sent', async () => {
  const port = await closedPort();
  await expect(OpenConnection.to(new URL(`http://127.0.0.1:${port}`), NEVER)).rejects.toMatchObject({
    name: 'Error',
    code: 'ECONNREFUSED',
  });
  const silent = await hangingServer();
  const given = new AbortController();
  const connecting = OpenConnection.to(new URL(`https://127.0.0.1:${silent.port}`), given.signal);
  given.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'NOT_SENT' });
  await silent.close();
});
