import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { compiledModule } from '../../src/paths.ts';
import '../support/workflows/quiet-runtime.ts';
import { HISTORIES } from '../support/workflows/save-history.ts';

const shapes = readdirSync(HISTORIES).filter((name) => name.endsWith('.json.gz'));
const read = (shape: string) => gunzipSync(readFileSync(join(HISTORIES, shape))).toString('utf8');

function replay(history: string, name: string): Promise<void> {
  const workflowBundle = { codePath: compiledModule('workflow-bundle.js') };
  return Worker.runReplayHistory({ workflowBundle, replayName: name }, JSON.parse(history));
}

it('there is a history of every shape', () => {
  expect(shapes.toSorted()).toEqual(
    [
      'asked-first',
      'cancelled',
      'cancelled-dropped',
      'completed',
      'continued-as-new',
      'failed-publishes',
      'held',
      'joined',
      'locked',
      'paused',
      'retried-ended',
      'retried-running',
      'save-joined',
      'save-started',
      'status-column',
      'ui-cancelled',
      'unreadable',
      'waited',
      'yamato-cancelled',
      'yamato-completed',
      'yamato-continued',
      'yamato-failed',
      'yamato-held',
      'yamato-paused',
      'yamato-retried',
    ]
      .map((shape) => `${shape}.json.gz`)
      .toSorted(),
  );
});

it.each(shapes)('%s replays against the present code', (shape) => replay(read(shape), shape));

it('a history that other code made does not replay', async () => {
  const other = read('completed.json.gz').replaceAll('"publishJob"', '"publishUrl"');
  await expect(replay(other, 'other')).rejects.toBeInstanceOf(DeterminismViolationError);
});

it('no history holds an e-mail address or an order URL', () => {
  const texts = shapes.map((shape) =>
    read(shape).replaceAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_, data: string) =>
      Buffer.from(data, 'base64').toString('utf8'),
    ),
  );
  for (const text of texts) expect(text).not.toMatch(/@[a-z0-9-]+\.(jp|com)\b|vieworder/);
});
