import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/paths.ts';

/** The rooms of src/, from the ground up: each knows those of lower floors, and no other. */
const FLOORS: readonly (readonly string[])[] = [
  ['xml'],
  ['workbook', 'outbound'],
  ['onlyoffice', 'carriers'],
  ['tasks'],
  ['sandbox', 'settings', 'webscraper', 'db'],
  ['files', 'pacing'],
  ['batches'],
  ['saves'],
  ['http', 'temporal'],
  ['embedded'],
  ['cli'],
];

/** A file of one import, by where it stands and what it takes: refused by the lint rules, or fine. */
type Case = readonly [folder: string, code: string];

const REFUSED: Case[] = [
  ['src/tasks', "import '@temporalio/client';"],
  ['src/tasks', "import type { Client } from '@temporalio/client'; export type A = Client;"],
  ['src/db', "export { msToTs } from '@temporalio/common/lib/time.js';"],
  [
    'src/db',
    "import type { trackBatch } from '../../workflows/track-batch.ts'; export type A = typeof trackBatch;",
  ],
  ['src/db', "export * from '../../activities/failures.ts';"],
  ['src/http', "export * from '../../workers/runtime.ts';"],
  ['src', "export * from './cli/print.ts';"],
  ['src', "import type { Batch } from './db/batches.ts'; export type A = Batch;"],
  ['src/sandbox', "export * from '../carriers/check-digits.ts';"],
  ['src/sandbox', "export * from '../tasks/registry.ts';"],
  ['src/temporal', "export * from '@temporalio/worker';"],
  ['src/temporal', "import type { Batches } from '../../workflows/index.ts'; export type A = Batches;"],
  ['src/temporal', "export * from '../../activities/failures.ts';"],
  ['src/cli', "export * from '@temporalio/client';"],
  ['src/cli', "export { trackBatch } from '../../workflows/track-batch.ts';"],
  ['src/cli', "export * from '../../workers/runtime.ts';"],
  ['src/cli', "export const load = () => import('../../workers/runtime.ts');"],
  ['workflows', "export { asFailure } from '../activities/failures.ts';"],
  ['workflows', "export * from '../src/db/jobs.ts';"],
  ['workflows', "export * from '../src/temporal/connection.ts';"],
  ['workflows', "export * from '../src/log.ts';"],
  ['workflows', "export * from 'node:fs';"],
  ['workflows', "export * from 'got';"],
  ['workflows', "export * from '@temporalio/client';"],
  ['workflows', "export * from '../workers/runtime.ts';"],
  ['activities', "export * from '../workers/runtime.ts';"],
  [
    'activities',
    "import type { trackBatch } from '../workflows/track-batch.ts'; export type A = typeof trackBatch;",
  ],
  ['activities', "export * from '@temporalio/workflow';"],
  ['activities', "export * from '../src/cli/print.ts';"],
  ['workers', "export * from '../workflows/index.ts';"],
  ['workers', "export * from '../src/http/app.ts';"],
  ['page', "export * from '../src/text.ts';"],
  ['page', "export * from '../src/http/app.ts';"],
  ['page/inner', "import type { Batch } from '../../src/db/batches.ts'; export type A = Batch;"],
  ['page', "export * from 'node:fs';"],
  ['page', "export * from 'got';"],
];

const FINE: Case[] = [
  ['src/db', "export * from '../errors.ts';"],
  ['src/sandbox', "import type { TaskName } from '../tasks/types.ts'; export type A = TaskName;"],
  ['src/temporal', "export * from '@temporalio/client';"],
  ['src/embedded', "export * from '@temporalio/testing';"],
  ['workflows', "import type { Job } from '../src/db/jobs.ts'; export type A = Job;"],
  [
    'workflows',
    "import type { asFailure } from '../activities/failures.ts'; export type A = typeof asFailure;",
  ],
  ['workflows', "export * from '../src/tasks/registry.ts'; export * from '../src/temporal/names.ts';"],
  ['workflows', "export * from '@temporalio/workflow'; export * from '../src/temporal/messages.ts';"],
  ['activities', "export * from '../src/db/jobs.ts'; export * from '@temporalio/activity';"],
  ['workers', "export * from '../activities/failures.ts'; export * from '@temporalio/worker';"],
  ['page/inner', "export * from '../noun.ts'; export * from './noun.ts'; export * from 'preact/hooks';"],
  ['page/inner', "import type { Me } from '../../src/http/api/contract.ts'; export type A = Me;"],
];

/** The commands that run workflow code: what they load of workers/ no other file of src/ may. */
const RUN_WORKERS = ['src/cli/worker.ts', 'src/cli/replay.ts'];

for (const [floor, rooms] of FLOORS.entries())
  for (const room of rooms)
    for (const [other, others] of FLOORS.entries())
      for (const known of others) {
        if (known === room) continue;
        const taken: Case = [
          `src/${room}/inner`,
          `import type { Noun } from '../../${known}/noun.ts'; export type A = Noun;`,
        ];
        const below = other < floor && (room !== 'sandbox' || known === 'tasks');
        (below ? FINE : REFUSED).push(taken);
      }

/** The names of the files in which the rule found something. */
function refusedIn(folder: string): Promise<string[]> {
  const oxlint = join(packageRoot, 'node_modules/oxlint/bin/oxlint');
  return new Promise((resolve) => {
    execFile(process.execPath, [oxlint, '--format', 'json'], { cwd: folder }, (_error, stdout) => {
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
      const found = diagnostics.filter(({ code }) => code === 'eslint(no-restricted-imports)');
      resolve([...new Set(found.map(({ filename }) => filename))]);
    });
  });
}

it('every room knows those it may know, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-lint-'));
  copyFileSync(join(packageRoot, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const write =
    (kind: string) =>
    ([room, code]: Case, index: number) => {
      const file = `${room}/${kind}-${index}.ts`;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${code}\n`);
      return file;
    };
  const refused = REFUSED.map(write('refused'));
  FINE.map(write('fine'));
  for (const file of RUN_WORKERS)
    writeFileSync(join(folder, file), "export const load = () => import('../../workers/runtime.ts');\n");
  const found = await refusedIn(folder);
  rmSync(folder, { recursive: true, force: true });
  expect(found.toSorted()).toEqual(refused.toSorted());
});

it('every room of src/ has its floor', () => {
  const rooms = readdirSync(join(packageRoot, 'src'), { withFileTypes: true });
  const names = rooms.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  expect(names.toSorted()).toEqual(FLOORS.flat().toSorted());
});
