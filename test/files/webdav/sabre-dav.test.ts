import { expect, it } from 'vitest';
import { needs } from '../../support/component.ts';
import { sabreDavMissing, startSabreDav } from '../../support/files/sabre-dav.ts';

/** Each makes three lines of log, of about 60 bytes each: a pipe holds 65,536. */
const REQUESTS = 600;

needs(sabreDavMissing())('sabre/dav in tests', () => {
  it('answers however much it has said: its log is read to the end', async () => {
    const dav = await startSabreDav();
    for (let sent = 0; sent < REQUESTS; sent += 1) {
      const answer = await fetch(dav.url, { method: 'OPTIONS', signal: AbortSignal.timeout(20_000) });
      await answer.arrayBuffer();
    }
    expect((await fetch(dav.url, { method: 'OPTIONS' })).status).toBe(401);
    await dav.close();
  });
});
