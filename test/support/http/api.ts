import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { openFiles } from '../../../src/files/open-files.ts';
import type { ApiDeps, Steering } from '../../../src/http/api/api-deps.ts';
import { readSettings } from '../../../src/settings/settings.ts';

/** What the API needs, with workflows that do nothing but are asked. */
export function testApi(database: Database, more: Partial<ApiDeps> = {}): ApiDeps {
  const settings = more.settings ?? readSettings({});
  return {
    database,
    settings,
    files: openFiles(settings, database),
    steering: fakeSteering(),
    uploadsDir: join(tmpdir(), 'tsuiseki-no-uploads'),
    webUi: 'http://127.0.0.1:8233/namespaces/default',
    queues: async () => [],
    ...more,
  };
}

export function fakeSteering() {
  const started = {
    batchId: '261128-000001',
    workflowId: 'tracking:x:261128-000001',
    runId: null,
    task: 'x',
    workbook: null,
  };
  return {
    pause: vi.fn<Steering['pause']>(async () => {}),
    resume: vi.fn<Steering['resume']>(async () => {}),
    cancel: vi.fn<Steering['cancel']>(async () => {}),
    retry: vi.fn<Steering['retry']>(async () => {}),
    wake: vi.fn<Steering['wake']>(async () => {}),
    startWorkbook: vi.fn<Steering['startWorkbook']>(async () => started),
    startRows: vi.fn<Steering['startRows']>(async () => started),
  };
}
