import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli } from '../../../src/embedded/binaries/find.ts';
import { anyFreePort } from '../../../src/embedded/ports.ts';

export interface DevServer {
  address: string;
  client: Client & { connection: Connection };
  /** As the Web UI's Pause. */
  pause(workflowId: string): Promise<void>;
  stop(): Promise<void>;
}

/** A server in memory on which a workflow can be paused: Temporal has that switched off. */
export async function pausingServer(): Promise<DevServer> {
  const cli = await findTemporalCli({ env: process.env, dataDir: resolve('.tsuiseki-test') });
  const address = `127.0.0.1:${await anyFreePort()}`;
  const child = spawn(
    cli.path,
    [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'never'],
      ...['--port', address.split(':')[1] ?? '', '--search-attribute', 'TsuisekiTask=Keyword'],
      ...['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'],
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  const connection = await connected(address);
  return {
    address,
    client: new Client({ connection }) as DevServer['client'],
    pause: async (workflowId) => {
      const request = { namespace: 'default', workflowId, identity: 'a test', requestId: workflowId };
      await connection.workflowService.pauseWorkflowExecution(request);
    },
    stop: async () => {
      await connection.close();
      child.kill('SIGTERM');
      await ended;
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
