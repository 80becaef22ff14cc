import { Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { askServer, pausedInTemporal, sendUpdate } from '../../src/temporal/ask.ts';
import { pause, resume, retryRows } from '../../src/temporal/messages.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { newMessage } from '../support/activities/messages.ts';
import { hangingServer } from '../support/servers.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';
import { FakeBatch } from '../support/workflows/fake-batch.ts';
import { runFake } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let server: DevServer;
beforeAll(async () => {
  server = await pausingServer();
});
afterAll(() => server.stop());

const start = (workflowId: string) =>
  server.client.workflow.start('TrackingBatchWorkflow', { taskQueue: QUEUES.tracking_batch, workflowId });

it('an Update that no worker takes ends with the queue and what to do', async () => {
  await start('alone');
  await expect(sendUpdate(server.client, 'alone', pause, newMessage(), 500)).rejects.toMatchObject({
    code: 'NO_WORKER',
    message:
      'no worker on tracking_batch_queue answered in 0.5 s: run `tsuiseki worker tracking_batch`; pause may take effect then',
  });
});

it('an Update of a workflow that Temporal has paused says where to unpause it', async () => {
  await start('held');
  await server.pause('held');
  await expect(sendUpdate(server.client, 'held', pause, newMessage())).rejects.toMatchObject({
    code: 'PAUSED_IN_TEMPORAL',
    message: 'held is paused in Temporal, unpause it there',
  });
  await vi.waitFor(async () => {
    expect([...(await pausedInTemporal(server.client, 5_000))]).toEqual(['held']);
  }, 20_000);
});

it('a server that takes connections and says nothing is told as silent', async () => {
  const silent = await hangingServer();
  const connection = Connection.lazy({ address: `127.0.0.1:${silent.port}` });
  const client = new Client({ connection });
  const asked = askServer(client, 'the start of x', () => client.workflow.count(), 200);
  await expect(asked).rejects.toMatchObject({
    code: 'TEMPORAL_SILENT',
    message: 'Temporal did not answer in 0.2 s: whether the start of x is done is not known',
  });
  await connection.close();
  await silent.close();
});

it('an Update gives what the workflow answers, and one that is refused, or too late, is refused', async () => {
  const env = await startWorkflowServer();
  const batch = new FakeBatch(2);
  const ended: string[] = [];
  batch.onPublish = () => (batch.actions.length < 2 ? 'turn' : 'published');
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    const { workflowId } = handle;
    ended.push(workflowId);
    expect(await sendUpdate(env.client, workflowId, pause, newMessage())).toMatchObject({ state: 'paused' });
    const wrong = sendUpdate(env.client, workflowId, retryRows, { ...newMessage(), rows: 'x' });
    await expect(wrong).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    await sendUpdate(env.client, workflowId, resume, newMessage());
    await until(() => batch.published.length === 2);
    await webhooks(0, 1);
  });
  // Until it is read again the database may say that it runs.
  const [workflowId = ''] = ended;
  await expect(sendUpdate(env.client, workflowId, pause, newMessage())).rejects.toMatchObject({
    code: 'ENDED',
    message: `${workflowId} has ended, and takes no pause`,
  });
  await env.teardown();
});
