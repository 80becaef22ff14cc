import { expect, it } from 'vitest';
import { insertForward } from '../../src/db/forwards.ts';
import { storeNotifications } from '../../src/db/inbox.ts';
import { createForwardWebhook } from '../../src/outbound/forward-webhook.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { recordingServer } from '../support/http/recording-server.ts';

const stageWith = useStage();
const contentType = 'application/x-www-form-urlencoded';

async function waiting(stage: Stage, scrapingJobId: number): Promise<void> {
  const told = { source: 'webhook', customId: null, sitemapId: null, status: 'finished' } as const;
  const [stored] = await storeNotifications(stage.db, [{ ...told, scrapingJobId }]);
  const body = Buffer.from(`scrapingjob_id=${scrapingJobId}&status=finished`);
  await insertForward(stage.db, { notificationId: stored?.id ?? 0, contentType, body });
}

it('the relay sends what the HTTP server could not, in order, until it is taken', async () => {
  const stage = await stageWith();
  let isDown = true;
  const other = await recordingServer(() => ({ status: isDown ? 502 : 200 }));
  const { relayInbox } = acquisitionOn({ ...stage, forward: createForwardWebhook(other.url) });
  for (const id of [1, 2, 3]) await waiting(stage, id);

  expect(await stage.run(relayInbox)).toEqual({ late: [] });
  expect(other.received).toHaveLength(1);
  isDown = false;
  // The one just tried is somebody else's for a moment.
  await stage.run(relayInbox);
  await stage.database.sql`update forwards set try_after = now()`;
  await stage.run(relayInbox);
  expect(other.received.map(({ body }) => body.toString().slice(0, 16))).toEqual([
    'scrapingjob_id=1',
    'scrapingjob_id=2',
    'scrapingjob_id=3',
    'scrapingjob_id=1',
  ]);
  await stage.run(relayInbox);
  expect(other.received).toHaveLength(4);
  const [{ kept } = { kept: -1 }] = await stage.database.sql<{ kept: number }[]>`
    select count(body)::int as kept from forwards`;
  expect(kept).toBe(0);
});

it('two at work send each once', async () => {
  const stage = await stageWith();
  const other = await recordingServer(() => ({ status: 200 }));
  const { relayInbox } = acquisitionOn({ ...stage, forward: createForwardWebhook(other.url) });
  for (let id = 1; id <= 20; id += 1) await waiting(stage, id);
  await Promise.all([stage.run(relayInbox), stage.run(relayInbox)]);
  expect(new Set(other.received.map(({ body }) => body.toString())).size).toBe(20);
  expect(other.received).toHaveLength(20);
});
