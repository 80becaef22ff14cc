import { once } from 'node:events';
import { addToEnvironment } from '../settings/settings.ts';

/** The last argument of a process that is started ahead of the servers it needs. */
export const STANDBY = '--standby';

/** What a command loads when it runs: seconds of one core for all the processes of a system. */
const LOADS = new Map<string, () => Promise<unknown>>([
  ['worker', async () => (await import('./worker.ts')).loadRuntime()],
  ['serve', () => import('./serve.ts')],
]);

/** Loads what a command will need, then waits until the parent sends what its environment lacks. */
export async function standBy(command: string | undefined): Promise<void> {
  const { channel } = process;
  // It alone keeps a process alive that has nothing else to do yet.
  channel?.ref();
  const told = once(process, 'message') as Promise<[NodeJS.ProcessEnv]>;
  await LOADS.get(command ?? '')?.();
  const [env] = await told;
  channel?.unref();
  addToEnvironment(env);
}
