import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';
import { readOurDynamicConfig } from '../../src/temporal/dynamic-config.ts';
import { ended, workplace } from '../support/cli/workplace.ts';
import { closedPort } from '../support/servers.ts';

const place = workplace();
afterAll(() => place.remove());

/** By its own path, as operators call it. */
const apply = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  ended(
    spawn(join(packageRoot, 'temporal-config/apply'), args, {
      cwd: place.folder,
      env: { PATH: process.env['PATH'], TSUISEKI_DATA_DIR: join(place.folder, 'data'), ...env },
    }),
  );

it('temporal-config/apply makes a server’s dynamic config, and changes nothing when it is run again', async () => {
  const file = join(place.folder, 'dynamic.yaml');
  const first = await apply(['--dynamic-config', file]);
  expect(first).toMatchObject({ code: 0, out: '' });
  expect(first.err).toContain(
    `${file}: matching.numTaskqueueReadPartitions (taskQueueName publish_tracking_queue): 1, added\n`,
  );
  expect(first.err).toMatch(/\nTemporal: not configured, left alone\n$/);
  expect(readFileSync(file, 'utf8')).toBe(readOurDynamicConfig());

  const second = await apply(['--dynamic-config', file]);
  expect(second.err).not.toContain('added');
  expect(second.err).toContain('limit.maxIDLength: 255, already there\n');
  expect(readFileSync(file, 'utf8')).toBe(readOurDynamicConfig());
});

it('says in one line what is wrong, with the file', async () => {
  const file = join(place.folder, 'list.yaml');
  writeFileSync(file, '- value: 1\n');
  expect(await apply(['--dynamic-config', file])).toEqual({
    code: 1,
    out: '',
    err: `${file}: no dynamic config: it is not a map of keys\n`,
  });
  mkdirSync(join(place.folder, 'folder'));
  expect(await apply(['--dynamic-config', 'folder'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^folder cannot be used: EISDIR[^\n]*\n$/) as string,
  });
  const port = await closedPort();
  expect(await apply([], { TEMPORAL_ADDRESS: `127.0.0.1:${port}` })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Temporal at 127\.0\.0\.1:\d+ cannot be reached: [^\n]*\n$/) as string,
  });
});
