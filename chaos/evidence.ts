import { cp, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from './audit.ts';
import type { System } from './system.ts';

const TABLES = [
  'batches',
  'rows',
  'jobs',
  'job_rows',
  'calls',
  'carrier_requests',
  'notifications',
  'saves',
  'actions',
];

/** Keeps what tells of a finding beyond the run: logs, tables, the sandbox's calls. Gives the folder. */
export async function keepEvidence(system: System, findings: readonly Finding[]): Promise<string> {
  const kept = mkdtempSync(join(tmpdir(), 'tsuiseki-chaos-'));
  await cp(join(system.folder, 'data', 'logs'), kept, { recursive: true });
  const keep = (name: string, lines: readonly object[]) =>
    writeFile(join(kept, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await keep('findings', findings);
  await keep('sandbox-calls', system.sandbox.calls());
  await keep('sandbox-notifications', system.sandbox.notifications());
  for (const table of TABLES)
    await keep(table, await system.database.sql`select * from ${system.database.sql(table)}`);
  return kept;
}
