import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Collector } from './span-sender.ts';

/** A process's traces, as they are under way. */
export interface Traces {
  readonly processor: SpanProcessor;
  readonly resource: Resource;
  /** Runs `run` within a span of a request that came in; gives what is to be told the status it was answered with. */
  readonly serving: (name: string, run: () => void) => (status: number) => void;
  /** Sends what is left, and ends. */
  close(): Promise<void>;
}

/** Where spans go and what they come from. */
export interface TracesOptions extends Collector {
  serviceName: string;
  /** Which of ours the process is, such as `publish_tracking`. */
  process: string;
}

let started: Promise<Traces> | null = null;

/**
 * The traces of this process, started with the first call; later ones get the same. OpenTelemetry is loaded here, so that
 * who wants no traces pays nothing for them. It keeps its state once a process.
 */
export function startTraces(options: TracesOptions): Promise<Traces> {
  started ??= import('./open-traces.ts').then(({ openTraces }) => openTraces(options));
  return started;
}

/** Sends what is left of the traces, where there are any: for the end of a process. */
export async function endTraces(): Promise<void> {
  const traces = await started;
  started = null;
  await traces?.close();
}
