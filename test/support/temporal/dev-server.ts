import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli } from '../../../src/embedded/binaries/find.ts';
import { anyFreePort } from '../../../src/embedded/ports.ts';
import { serverEnvironment, startServerProcess } from '../../../src/embedded/server-process.ts';

export interface DevServer {
  address: string;
  client: Client & { connection: Connection };
  /** As the Web UI's Pause. */
  pause(workflowId: string): Promise<void>;
  stop(): Promise<void>;
}

/** A server in memory on which a workflow can be paused: Temporal has that switched off. It does not outlive the test. */
export async function pausingServer(): Promise<DevServer> {
  const cli = await findTemporalCli({ env: process.env, dataDir: resolve('.tsuiseki-test') });
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-pausing-'));
  const port = await anyFreePort();
  const server = await startServerProcess({
    name: 'Temporal',
    file: cli.path,
    args: [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'],
    ],
    env: serverEnvironment(process.env),
    cwd: folder,
    logFile: join(folder, 'temporal.log'),
    recordFile: join(folder, 'server.json'),
    stopSignals: [
      ['SIGTERM', 8_000],
      ['SIGKILL', 2_000],
    ],
  });
  const address = `127.0.0.1:${port}`;
  const connection = await connected(address).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    address,
    client: new Client({ connection }) as DevServer['client'],
    pause: async (workflowId) => {
      const request = { namespace: 'default', workflowId, identity: 'a test', requestId: workflowId };
      await connection.workflowService.pauseWorkflowExecution(request);
    },
    stop: async () => {
      await connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Its namespace is there some time after its port. */
async function connected(address: string): Promise<Connection> {
  const untilMs = Date.now() + 30_000;
  const connection = Connection.lazy({ address });
  for (;;) {
    try {
      await connection.withDeadline(Date.now() + 1_000, () =>
        connection.workflowService.describeNamespace({ namespace: 'default' }),
      );
      return connection;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await delay(100);
    }
  }
}
