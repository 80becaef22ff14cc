import { join } from 'node:path';
import { bareEnvironment } from '../fleet.ts';
import type { Part } from '../part.ts';
import { spread } from '../statistics.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { TsuisekiProcess } from '../tsuiseki-process.ts';

const STARTS = 5;
const MOST_MS = 8_000;

/** `up --sandbox` on a folder that it has used before. */
export const secondStart: Part = {
  name: 'second-start',
  async run({ figure, note, cleanup }) {
    const folder = temporaryFolder(cleanup);
    const env = { ...bareEnvironment(), TSUISEKI_DATA_DIR: join(folder, 'data'), HTTP_PORT: '0' };
    const readyMs: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      const began = performance.now();
      const args = ['up', '--sandbox', '--json'];
      const up = new TsuisekiProcess({ args, env, cwd: folder, logFile: join(folder, 'up.log') });
      cleanup.add('tsuiseki up', () => up.stop());
      await up.firstLine();
      readyMs.push(performance.now() - began);
      await up.stop();
    }
    const [first = NaN, ...later] = readyMs;
    note(`the first ${(first / 1_000).toFixed(1)} s; later ones: ${spread(later)}`);
    const slowest = Math.max(...later);
    figure({
      figure: `up to ready, the slowest of ${later.length} later starts`,
      mustReach: `< ${MOST_MS / 1_000} s`,
      measured: slowest / 1_000,
      unit: 's',
      ok: slowest < MOST_MS,
    });
  },
};
