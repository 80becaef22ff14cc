import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { UpFile } from '../../../src/settings/up-file.ts';

/** A text, and where it stands. */
export interface Found {
  where: string;
  text: string;
}

/** Every text in a value: bytes read as text, payloads decoded from the base64 of their JSON form. */
function textsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string')
    return key === 'data' ? [value, Buffer.from(value, 'base64').toString('utf8')] : [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [name, ...textsIn(each, name)]);
}

/** All that stands in the logs of a system. */
export function allLogs(dataDir: string): Found[] {
  const folder = join(dataDir, 'logs');
  return readdirSync(folder).map((name) => ({
    where: `logs/${name}`,
    text: readFileSync(join(folder, name), 'utf8'),
  }));
}

/** All metrics of a system that has a `METRICS_PORT`; the HTTP server's own are for who has a token. */
export async function allFigures(dataDir: string, token: string): Promise<Found[]> {
  const file = readFileSync(join(dataDir, 'prometheus-targets.json'), 'utf8');
  const addresses = (JSON.parse(file) as { targets: string[] }[]).flatMap(({ targets }) => targets);
  return Promise.all(
    addresses.map(async (address) => ({
      where: `metrics at ${address}`,
      text: await (
        await fetch(`http://${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      ).text(),
    })),
  );
}

/** Has every schedule run once, now, and waits until nothing runs any more. */
export async function runSchedules({ temporalAddress, temporalNamespace }: UpFile): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection, namespace: temporalNamespace });
  try {
    for await (const { scheduleId } of client.schedule.list())
      await client.schedule.getHandle(scheduleId).trigger(ScheduleOverlapPolicy.ALLOW_ALL);
    const isOver = async () => {
      const types = new Set<string>();
      for await (const { type } of client.workflow.list()) types.add(type);
      const { count } = await client.workflow.count('ExecutionStatus = "Running"');
      return types.has('IncidentsWorkflow') && types.has('FolderSweepWorkflow') && count === 0;
    };
    while (!(await isOver())) await delay(500);
  } finally {
    await connection.close();
  }
}

/** All that Temporal shows of a system: histories, memos, search attributes, what is pending, schedules. */
export async function allOfTemporal({ temporalAddress, temporalNamespace }: UpFile): Promise<Found[]> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection, namespace: temporalNamespace });
  const found: Found[] = [];
  const note = (where: string, value: unknown) => {
    for (const text of textsIn(value)) found.push({ where, text });
  };
  try {
    for await (const { workflowId, runId, raw, memo, searchAttributes } of client.workflow.list()) {
      note(`${workflowId} as listed`, [raw, memo, searchAttributes]);
      const handle = client.workflow.getHandle(workflowId, runId);
      note(`the history of ${workflowId}`, JSON.parse(historyToJSON(await handle.fetchHistory())));
      note(`${workflowId} as described`, (await handle.describe()).raw);
    }
    for await (const { scheduleId } of client.schedule.list())
      note(`schedule ${scheduleId}`, (await client.schedule.getHandle(scheduleId).describe()).raw);
  } finally {
    await connection.close();
  }
  return found;
}
