import type { ChildProcess } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { killTree } from '../../bench/process-tree.ts';
import { closedPort } from '../support/servers.ts';
import { ended, workplace } from '../support/cli/workplace.ts';
import type { Ended } from '../support/cli/workplace.ts';

const place = workplace();
let end: Promise<Ended> | null = null;
let latest: ChildProcess | null = null;
afterAll(async () => {
  if (latest?.exitCode === null && latest.signalCode === null) latest.kill('SIGTERM');
  await end;
  place.remove();
});

/** Starts `up`, and returns when it has said so on stderr. */
async function upUntil(moment: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = place.spawn(['up', '--sandbox', '--json'], env);
  latest = child;
  const ending = ended(child);
  end = ending;
  const said = new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes(moment)) resolve('said');
    });
  });
  expect(await Promise.race([said, ending.then(({ err }) => err)])).toBe('said');
  return child;
}

// Whose processes they are is read from /proc.
it.skipIf(process.platform !== 'linux')(
  'up comes to ready on the same port although all was killed a moment ago',
  { timeout: 180_000 },
  async () => {
    const env = { HTTP_PORT: String(await closedPort()), LOG_LEVEL: 'warn' };
    killTree((await upUntil('starting Temporal', env)).pid ?? 0);
    (await upUntil('starting workers', env)).kill('SIGKILL');
    killTree((await upUntil('ready\n', env)).pid ?? 0);
    const last = await upUntil('ready\n', env);
    last.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0 });
  },
);
