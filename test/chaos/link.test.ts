import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Link } from '../../chaos/link.ts';

let server: Server;
let link: Link;
let near: Socket;

/** A server that gives back what it gets. */
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await Link.open('echo', (server.address() as AddressInfo).port);
  near = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(near, 'connect');
});

afterEach(async () => {
  near.destroy();
  await link.close();
  server.close();
});

it('passes both ways, the end of one side alone too', async () => {
  near.end('a question');
  expect(await text(near)).toBe('a question');
});

it('holds up what passes, in its order', async () => {
  link.delayMs = 40;
  const sentMs = performance.now();
  near.write('first ');
  near.end('second');
  expect(await text(near)).toBe('first second');
  // Forth and back; timers may come a millisecond early.
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(78);
});

it('cuts what stands, and takes new connections', async () => {
  near.write('question');
  await once(near, 'data');
  const broken = once(near, 'error');
  expect(link.cut()).toBe(1);
  expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
  const next = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true });
  next.end('again');
  expect(await text(next)).toBe('again');
});

it('gives the same URL by its own port', () => {
  expect(link.through('postgres://me:secret@127.0.0.1:5432/all')).toBe(
    `postgres://me:secret@127.0.0.1:${link.port}/all`,
  );
});
