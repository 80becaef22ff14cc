import { resolve } from 'node:path';
import { startTemporaryPostgres } from '../src/embedded/postgres/temporary.ts';
import { findTemporalCli, findTemporalTestServer } from '../src/embedded/binaries/find.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

/** One Postgres for all tests, each with a schema of its own; Temporal's binaries fetched once, before they race. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const options = { env: process.env, dataDir: resolve('.tsuiseki-test'), onProgress: () => {} };
  await findTemporalCli(options);
  await findTemporalTestServer(options);
  const server = await startTemporaryPostgres(options);
  project.provide('databaseUrl', server.url);
  return () => server.stop();
}
