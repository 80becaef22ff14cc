import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { probePort } from '../../src/cli/listen-error.ts';
import { bareEnvironment } from '../fleet.ts';
import { killTree } from '../process-tree.ts';
import type { Part } from '../part.ts';
import { spread } from '../statistics.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { TsuisekiProcess } from '../tsuiseki-process.ts';

const RESTARTS = 20;
/** A start takes so long on a machine with nothing else to do: kills come at any moment of it, and after it. */
const MOMENTS_MS = 8_000;

/** `up` on one folder and one port, killed with all that it started and begun again at once, twenty times in a row. */
export const restarts: Part = {
  name: 'restarts',
  async run({ figure, note, progress, cleanup }) {
    const folder = temporaryFolder(cleanup);
    const port = await probePort('HTTP_PORT', { host: '127.0.0.1', port: 0 });
    const env = {
      ...bareEnvironment(),
      TSUISEKI_DATA_DIR: join(folder, 'data'),
      HTTP_PORT: String(port),
    };
    const start = () => {
      const args = ['up', '--sandbox', '--json'];
      const up = new TsuisekiProcess({ args, env, cwd: folder, logFile: join(folder, 'up.log') });
      cleanup.add('tsuiseki up', () => up.stop());
      return up;
    };
    const readyMs: number[] = [];
    const failures: string[] = [];
    for (let restart = 1; restart <= RESTARTS; restart += 1) {
      const killed = start();
      const atMs = Math.random() * MOMENTS_MS;
      await delay(atMs);
      killTree(killed.pid);
      const began = performance.now();
      const next = start();
      try {
        await next.firstLine();
        readyMs.push(performance.now() - began);
      } catch (error) {
        failures.push(String(error));
      }
      progress(
        `${restart}: killed ${Math.round(atMs)} ms after its start; ${failures.length} not ready so far`,
      );
      killTree(next.pid);
      await next.ended;
    }
    figure({
      figure: 'restarts at once after kill -9 of all that come to ready',
      mustReach: `${RESTARTS} of ${RESTARTS}`,
      measured: readyMs.length,
      unit: '',
      ok: readyMs.length === RESTARTS,
    });
    note(`until ready: ${spread(readyMs)}`);
    for (const failure of failures) note(failure);
  },
};
