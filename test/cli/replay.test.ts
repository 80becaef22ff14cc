import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { HISTORIES } from '../support/workflows/save-history.ts';
import { workplace } from '../support/cli/workplace.ts';

const place = workplace();
afterAll(() => place.remove());

const COMPLETED = join(HISTORIES, 'completed.json.gz');
const history = gunzipSync(readFileSync(COMPLETED)).toString('utf8');
const { events } = JSON.parse(history) as { events: object[] };
const firstPublish = events.findIndex((event) => JSON.stringify(event).includes('"publishJob"')) + 1;
const other = history.replaceAll('"publishJob"', '"publishUrl"');
writeFileSync(join(place.folder, 'other.json'), other);

describe('replay', () => {
  it('of saved histories, zipped or not: in plain words which event diverged, exit 1', async () => {
    const { code, out, err } = await place.run(['replay', COMPLETED, 'other.json']);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      `${COMPLETED}: TrackingBatchWorkflow, ${events.length} events replay`,
      `other.json: TrackingBatchWorkflow diverges at event ${firstPublish}: recorded ActivityTaskScheduled of publishUrl; the code now: activity publishJob`,
      '',
    ]);
    expect(err).toBe('1 of 2 histories diverge: batches like them would stand still with this code\n');
  });

  it('as JSON: an array', async () => {
    const { code, out, err } = await place.run(['replay', COMPLETED, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual([
      {
        source: COMPLETED,
        workflowType: 'TrackingBatchWorkflow',
        workflowId: null,
        runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        events: events.length,
        divergence: null,
      },
    ]);
  });

  it('of a file that is none: exit 1, one line; files and --batch at once: exit 2', async () => {
    writeFileSync(join(place.folder, 'broken.json'), '{"events":');
    const [broken, gone, both] = await Promise.all([
      place.run(['replay', 'broken.json']),
      place.run(['replay', 'gone.json']),
      place.run(['replay', 'other.json', '--batch', 'b1']),
    ]);
    expect(broken).toMatchObject({ code: 1, out: '' });
    expect(broken.err).toMatch(/^broken\.json cannot be read as a history: [^\n]+\n$/);
    expect(gone.err).toMatch(/^gone\.json cannot be read as a history: ENOENT[^\n]+\n$/);
    expect(both).toEqual({ code: 2, out: '', err: 'name files or --batch, not both\n' });
  });
});
