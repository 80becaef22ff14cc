import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAtLeast, TEMPORAL_CLI, TEMPORAL_TEST_SERVER } from '../../../src/embedded/binaries/spec.ts';
import { executablesOnPath, findOnPath } from '../../../src/embedded/binaries/path-lookup.ts';
import { fakeCli, makeTestFolder, writeExecutable } from '../../support/embedded/binaries.ts';
import type { TestFolder } from '../../support/embedded/binaries.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await makeTestFolder();
});
afterEach(() => folder.remove());

function pathOf(...names: string[]): NodeJS.ProcessEnv {
  return { PATH: [...names.map((name) => join(folder.path, name)), '/usr/bin', '/bin'].join(':') };
}

describe('versions', () => {
  it.each([
    ['1.4.0', '1.4.0', true],
    ['1.10.0', '1.4.0', true],
    ['2.0.0', '1.4.0', true],
    ['1.3.9', '1.4.0', false],
    ['0.9.9', '1.4.0', false],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });

  it('are read from what the binaries print', () => {
    expect(TEMPORAL_CLI.parseVersion('temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)')).toBe('1.9.1');
    expect(TEMPORAL_CLI.parseVersion('tctl version 1.9.1')).toBeNull();
    const trace =
      'Exception in thread "main" …\n\tat io.temporal.testserver.TestServer.main(TestServer.java:22)';
    expect(TEMPORAL_TEST_SERVER.parseVersion(trace)).toBe('0.0.0');
    expect(TEMPORAL_TEST_SERVER.parseVersion('command not found')).toBeNull();
  });
});

describe('PATH', () => {
  it('is searched in order, for executables, in absolute folders', async () => {
    const first = await writeExecutable(join(folder.path, 'a', 'temporal'), fakeCli('1.9.1'));
    const second = await writeExecutable(join(folder.path, 'b', 'temporal'), fakeCli('1.9.1'));
    await chmod(await writeExecutable(join(folder.path, 'c', 'temporal'), ''), 0o644);
    const env = {
      PATH: ['.', join(folder.path, 'c'), join(folder.path, 'a'), join(folder.path, 'b')].join(':'),
    };
    expect(await executablesOnPath('temporal', env)).toEqual([first, second]);
    expect(await executablesOnPath('temporal', {})).toEqual([]);
  });

  it('leaves out what is too old, does not run or is something else', async () => {
    await writeExecutable(join(folder.path, 'old', 'temporal'), fakeCli('1.3.0'));
    await writeExecutable(join(folder.path, 'broken', 'temporal'), '#!/nowhere/sh\n');
    await writeExecutable(join(folder.path, 'other', 'temporal'), '#!/bin/sh\necho 1.9.1\n');
    const good = await writeExecutable(join(folder.path, 'good', 'temporal'), fakeCli('1.4.0'));
    const env = pathOf('old', 'broken', 'other', 'good');
    expect(await findOnPath(TEMPORAL_CLI, env)).toEqual({ path: good, version: '1.4.0' });
    expect(await findOnPath(TEMPORAL_CLI, pathOf('old', 'broken', 'other'))).toBeNull();
  });
});
