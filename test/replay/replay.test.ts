import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { QUEUE_OF_WORKFLOW } from '../../src/temporal/workflows.ts';
import { replayHistory } from '../../workers/replay.ts';
import '../support/workflows/quiet-runtime.ts';
import { HISTORIES } from '../support/workflows/save-history.ts';

const shapes = readdirSync(HISTORIES).filter((name) => name.endsWith('.json.gz'));
const read = (shape: string) => gunzipSync(readFileSync(join(HISTORIES, shape))).toString('utf8');

const replayTraced = (shape: string) => replayHistory(shape, JSON.parse(read(shape)), true);
const replay = (shape: string, change: (history: string) => string = (history) => history) =>
  replayHistory(shape, JSON.parse(change(read(shape))));

it('every workflow has a history', () => {
  const types = shapes.map((shape) => /"workflowType":\s*\{\s*"name":\s*"(\w+)"/.exec(read(shape))?.[1]);
  expect(new Set(types)).toEqual(new Set(Object.keys(QUEUE_OF_WORKFLOW)));
});

it('there is a history of every shape', () => {
  expect(shapes.toSorted()).toEqual(
    [
      'asked-first',
      'cancelled',
      'cancelled-dropped',
      'carrier-check',
      'cleaned-up',
      'completed',
      'continued-as-new',
      'failed-publishes',
      'file-server-held',
      'folder-walk',
      'folders-swept',
      'held',
      'incidents',
      'joined',
      'late',
      'locked',
      'lost-webhooks',
      'paused',
      'relayed',
      'requery',
      'retried-ended',
      'retried-running',
      'rolled-up',
      'rows-cancelled',
      'rows-delivered',
      'rows-retried',
      'rows-webhook-down',
      'rows-yamato',
      'save-answered',
      'save-joined',
      'save-started',
      'status-column',
      'swept',
      'ui-cancelled',
      'unreadable',
      'waited',
      'yamato-cancelled',
      'yamato-carrier-held',
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

it.each(shapes)('%s replays against the present code', async (shape) => {
  expect(await replay(shape)).toMatchObject({
    workflowType: expect.stringMatching(/Workflow$/),
    divergence: null,
  });
});

it.each(shapes)('%s, made without traces, replays with them', async (shape) => {
  expect(await replayTraced(shape)).toMatchObject({
    workflowType: expect.stringMatching(/Workflow$/),
    divergence: null,
  });
});

/** With what this file's name has at an event put in place of what it has there. */
const withEvent = (number: number, event: object) => (history: string) => {
  const { events } = JSON.parse(history) as { events: { eventId: string; eventTime: string }[] };
  const { eventId, eventTime } = events[number - 1]!;
  return JSON.stringify({ events: events.with(number - 1, { eventId, eventTime, ...event }) });
};

/** The number of the how manieth event that schedules this activity. */
function scheduled(shape: string, name: string, nth: number): number {
  const { events } = JSON.parse(read(shape)) as {
    events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
  };
  const found = events.flatMap(({ activityTaskScheduledEventAttributes: attributes }, index) =>
    attributes?.activityType.name === name ? [index + 1] : [],
  );
  return found[nth - 1] ?? 0;
}

describe('a history that other code made does not replay, and is told in plain words', () => {
  const DONE = 'completed.json.gz';
  const TIMER = {
    eventType: 'EVENT_TYPE_TIMER_STARTED',
    timerStartedEventAttributes: { timerId: '7', startToFireTimeout: '5s' },
  };

  it('an activity of another name', async () => {
    const { divergence } = await replay(DONE, (history) =>
      history.replaceAll('"publishJob"', '"publishUrl"'),
    );
    expect(divergence).toEqual({
      event: scheduled(DONE, 'publishJob', 1),
      type: 'ActivityTaskScheduled',
      recorded: 'ActivityTaskScheduled of publishUrl',
      now: 'activity publishJob',
    });
  });

  it('the third of many activities of a name: the event is that one', async () => {
    const { divergence } = await replay(DONE, (history) => {
      const [one, two, three, ...rest] = history.split('"publishJob"');
      return [[one, two, three].join('"publishJob"'), ...rest].join('"publishUrl"');
    });
    expect(divergence).toMatchObject({ event: scheduled(DONE, 'publishJob', 3), now: 'activity publishJob' });
  });

  it('a timer where the code has an activity', async () => {
    const { divergence } = await replay(DONE, withEvent(5, TIMER));
    expect(divergence).toEqual({
      event: 5,
      type: 'TimerStarted',
      recorded: 'TimerStarted of 7',
      now: 'an activity',
    });
  });

  it('a timer where the code has an end', async () => {
    const last = JSON.parse(read(DONE)).events.length as number;
    const { divergence } = await replay(DONE, withEvent(last, TIMER));
    expect(divergence).toMatchObject({ event: last, now: 'the end of the workflow' });
  });

  it('a workflow that is no more', async () => {
    const { workflowType, divergence } = await replay(DONE, (history) =>
      history.replaceAll('"TrackingBatchWorkflow"', '"OlderWorkflow"'),
    );
    expect(workflowType).toBe('OlderWorkflow');
    expect(divergence?.now).toMatch(/no such function is exported by the workflow bundle/);
  });

  it('what is no history says so', async () => {
    await expect(replayHistory('x.json', { rows: [] })).rejects.toMatchObject({
      code: 'HISTORY_INVALID',
      message: "x.json holds no events as Temporal's tools save them",
    });
  });
});

it('no history holds an e-mail address or an order URL', () => {
  const texts = shapes.map((shape) =>
    read(shape).replaceAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_, data: string) =>
      Buffer.from(data, 'base64').toString('utf8'),
    ),
  );
  for (const text of texts) expect(text).not.toMatch(/@[a-z0-9-]+\.(jp|com)\b|vieworder/);
});
