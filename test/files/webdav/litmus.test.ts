import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { needs } from '../../support/component.ts';
import { sabreDavMissing } from '../../support/files/sabre-dav.ts';
import { cloud } from '../../support/files/cloud.ts';

/** All of litmus's suites but `http`, whose `Expect: 100-continue` PHP's own web server does not know. */
const SUITES = ['basic', 'copymove', 'props', 'locks'];

function litmusMissing(): string | null {
  const { error } = spawnSync('litmus', ['--version']);
  return error === undefined ? null : 'litmus is missing: apt-get install litmus';
}

needs(sabreDavMissing() ?? litmusMissing())('sabre/dav as the tests set it up', () => {
  const { dav } = cloud();

  it(`is WebDAV to litmus: ${SUITES.join(', ')}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'litmus-'));
    try {
      const { url, username, password } = dav();
      // It writes its log into the working folder.
      const { stdout } = await promisify(execFile)('litmus', ['--keep-going', url, username, password], {
        cwd: folder,
        env: { ...process.env, TESTS: SUITES.join(' ') },
      });
      const summaries = stdout.matchAll(/^<- summary for `(\w+)': of (\d+) tests run: (\d+) passed/gm);
      const passed = [...summaries].map(([, suite, run, good]) => [suite, run === good]);
      expect(passed).toEqual(SUITES.map((suite) => [suite, true]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
