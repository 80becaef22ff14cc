import { DefaultLogger, makeTelemetryFilterString, ReplayError, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { errorMessage, TsuisekiError } from '../src/errors.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** Where the present code leaves a history. */
export interface Divergence {
  /** The first event that the code does not lead to, as Temporal numbers them. */
  event: number;
  /** As the Web UI names it, such as `ActivityTaskScheduled`. */
  type: string;
  /** What was recorded there. */
  recorded: string;
  /** What the code does instead. */
  now: string;
}

/** `replay --json`, one of its array, but for where the history is from. */
export interface Replayed {
  workflowType: string | null;
  /** Null: a history of an older server, which does not tell. */
  workflowId: string | null;
  runId: string | null;
  events: number;
  divergence: Divergence | null;
}

/** It is no history: not as `temporal workflow show --output json` or the Web UI's download gives one. */
export class ReplayFailed extends TsuisekiError<'HISTORY_INVALID'> {}

interface HistoryEvent {
  eventId: string;
  eventType: string;
  [attributes: string]: unknown;
}

/** So much is told of an error of the SDK. */
const TOLD_CHARACTERS = 300;

/**
 * Runs `work`, which replays, and lets the process end afterwards. The SDK tells of each history that diverges at length;
 * what is to be said of it is said here.
 */
export async function withReplays<T>(work: () => Promise<T>): Promise<T> {
  const runtime = Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
  });
  try {
    return await work();
  } finally {
    await runtime.shutdown();
  }
}

/**
 * Replays one history against the built workflow code, that with traces where `traced`; `name` tells in errors which.
 *
 * @throws {ReplayFailed} it is no history
 */
export async function replayHistory(name: string, history: unknown, traced = false): Promise<Replayed> {
  const events = eventsOf(name, history);
  const codePath = workflowBundle(traced);
  const started = (events[0]?.['workflowExecutionStartedEventAttributes'] ?? {}) as Partial<
    Record<string, unknown>
  >;
  const error = await replayError(name, events, codePath);
  return {
    workflowType: nameIn(started['workflowType']),
    workflowId: textOf(started['workflowId']),
    runId: textOf(started['originalExecutionRunId']),
    events: events.length,
    divergence: error === null ? null : divergenceOf(...(await firstWrong(name, events, error, codePath))),
  };
}

function eventsOf(name: string, history: unknown): HistoryEvent[] {
  const { events } = (history ?? {}) as { events?: HistoryEvent[] };
  if (!Array.isArray(events) || typeof events[0]?.eventId !== 'string')
    throw new ReplayFailed('HISTORY_INVALID', `${name} holds no events as Temporal's tools save them`);
  return events;
}

/** Null: the code leads to all of these events. */
async function replayError(
  name: string,
  events: readonly HistoryEvent[],
  codePath: string,
): Promise<Error | null> {
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, { events });
    return null;
  } catch (error) {
    if (error instanceof DeterminismViolationError || error instanceof ReplayError) return error;
    const text = `${name} cannot be replayed: ${errorMessage(error, TOLD_CHARACTERS)}`;
    throw new ReplayFailed('HISTORY_INVALID', text, { cause: error });
  }
}

/**
 * The first event that the code does not lead to. Where the SDK's error does not number it, it is the end of the
 * shortest beginning that does not replay: a dozen replays for the longest history.
 */
async function firstWrong(
  name: string,
  events: readonly HistoryEvent[],
  error: Error,
  codePath: string,
): Promise<[HistoryEvent | null, Error]> {
  const unknown = error.message.includes('Failed to initialize workflow');
  const told = unknown ? '1' : /HistoryEvent\(id: (\d+)/.exec(error.message)?.[1];
  const named = events.find(({ eventId }) => eventId === told);
  if (named !== undefined) return [named, error];
  let [right, wrong, why] = [0, events.length, error];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    const found = await replayError(name, events.slice(0, middle), codePath);
    if (found === null) right = middle;
    else [wrong, why] = [middle, found];
  }
  return [events[wrong - 1] ?? null, why];
}

function divergenceOf(event: HistoryEvent | null, error: Error): Divergence {
  const type = typeOf(event?.eventType ?? '');
  const name = event === null ? null : subjectOf(event);
  return {
    event: Number(event?.eventId ?? 0),
    type,
    recorded: name === null ? type : `${type} of ${name}`,
    now: presentOf(error),
  };
}

/** `EVENT_TYPE_TIMER_STARTED` to `TimerStarted`; the Web UI's own form stays. */
function typeOf(eventType: string): string {
  if (!eventType.startsWith('EVENT_TYPE_')) return eventType;
  const words = eventType.slice('EVENT_TYPE_'.length).toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** What an event is about: an activity's, a workflow's or a message's name, or a timer's number. */
function subjectOf(event: HistoryEvent): string | null {
  const attributes = Object.entries(event).find(([key]) => key.endsWith('EventAttributes'))?.[1];
  const { activityType, workflowType, signalName, timerId } = (attributes ?? {}) as Record<string, unknown>;
  return nameIn(activityType) ?? nameIn(workflowType) ?? textOf(signalName) ?? textOf(timerId);
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const nameIn = (type: unknown): string | null => textOf((type as { name?: unknown } | undefined)?.name);

/** The core's names of what workflow code can do. */
const COMMANDS: Readonly<Record<string, string>> = {
  Activity: 'an activity',
  Timer: 'a timer',
  Update: 'an answer to an Update',
  UpsertWorkflowSearchAttributes: 'new search attributes',
  'Complete workflow': 'the end of the workflow',
  'Fail workflow': 'the failure of the workflow',
  'Continue as new workflow': 'continue as new',
};

/** What the code does now, out of the SDK's error (1.24); a form not known is told as it is. */
function presentOf({ message }: Error): string {
  const told = /message: "(?:\[TMPRL\d+\] )?(?:Nondeterminism error: )?((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  if (told === undefined) return errorMessage(message, TOLD_CHARACTERS);
  const [, kind, name] = /(\w+) type of scheduled event .* does not match .* command '(.*)'/.exec(told) ?? [];
  if (kind !== undefined) return `${kind.toLowerCase()} ${name}`;
  const [, command] = /^(.+?) ?[mM]achine does not handle/.exec(told) ?? [];
  if (command !== undefined) return COMMANDS[command] ?? command;
  return told.startsWith('No command scheduled') ? 'nothing' : errorMessage(told, TOLD_CHARACTERS);
}
