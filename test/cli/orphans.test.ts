import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { lockDataDir } from '../../src/cli/up-lock.ts';
import { identify } from '../../src/embedded/process-identity.ts';
import { builtFile } from '../../src/paths.ts';
import { testFolder } from '../support/workbook/folder.ts';

const { folder } = testFolder();
const lifeline = builtFile('src/cli/lifeline.js');

it('a data folder whose holder was just killed is free once that has ended', async () => {
  const holder = spawn('sleep', ['0.3']);
  await writeFile(join(folder(), 'up.lock'), JSON.stringify(identify(holder.pid ?? 0)));
  const unlock = await lockDataDir(folder());
  expect(identify(holder.pid ?? 0)).toBeNull();
  await expect(lockDataDir(folder())).rejects.toMatchObject({ code: 'ALREADY_UP' });
  unlock();
});

it.skipIf(!existsSync(lifeline))(
  'a process whose supervisor was killed while it was being loaded ends',
  async () => {
    const script = `setInterval(async function look() {
      if (process.connected) return;
      const { endWithParent } = await import(process.argv[2]);
      endWithParent();
    }, 10);`;
    const file = join(folder(), 'child.mjs');
    await writeFile(file, script);
    const child = spawn(process.execPath, [file, pathToFileURL(lifeline).href], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  },
);
