import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { LiveAnswers } from '../../../src/http/api/live.ts';

/** A page of a version that a test turns on; answers are kept no longer than they take. */
function page(keptMs: number) {
  const live = new LiveAnswers();
  const app = Fastify();
  const state = { version: 'a', made: 0 };
  app.get('/', (request, reply) =>
    live.send(request, reply, { key: 'page', keptMs, version: async () => state.version }, async () => ({
      made: (state.made += 1),
    })),
  );
  return { state, get: async () => (await app.inject('/')).json<{ made: number }>().made };
}

it('those who ask at once get one answer, though its version is looked at first', async () => {
  const { get } = page(60_000);
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
});

it('is made again where its version is another, and only there', async () => {
  const { get, state } = page(0);
  expect([await get(), await get()]).toEqual([1, 1]);
  state.version = 'b';
  expect(await get()).toBe(2);
});
