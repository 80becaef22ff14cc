// First: it makes the isolate look like a browser, which OpenTelemetry looks for as it is loaded.
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  extractContextFromHeaders,
  headersWithContext,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import { ContextManager } from '@temporalio/interceptors-opentelemetry/lib/workflow/context-manager.js';
import { SpanExporter } from '@temporalio/interceptors-opentelemetry/lib/workflow/span-exporter.js';
import { ContinueAsNew, getRandomStream, workflowInfo } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { errorMessage } from '../src/errors.ts';

/** Not drawn from the workflow's own random numbers: a run that began without traces draws the same ones with them. */
const randomHex = (): string => getRandomStream('tsuiseki/traces').uuid4().replaceAll('-', '');

const provider = new BasicTracerProvider({
  idGenerator: { generateTraceId: randomHex, generateSpanId: () => randomHex().slice(0, 16) },
  spanProcessors: [new SimpleSpanProcessor(new SpanExporter())],
});
const manager = new ContextManager();
provider.register({ contextManager: manager });
const tracer = provider.getTracer('tsuiseki/workflows');

/**
 * A span around `run`, whose own promise is given back: one that waited for it would come later, in another order with
 * what else goes on, and a run that began without traces would not replay. Temporal's interceptors do wait.
 */
function spanned<T>(name: string, parent: Context | undefined, run: () => Promise<T>): Promise<T> {
  const within = parent ?? context.active();
  const span = tracer.startSpan(name, {}, within);
  const running = context.with(trace.setSpan(within, span), run);
  const end = (error?: unknown) => {
    if (error !== undefined && !(error instanceof ContinueAsNew))
      span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error, 300) });
    span.end();
  };
  void running.then(() => end(), end);
  return running;
}

/** What the bundle of workflows with traces has beside the other one; it takes the same steps. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: (input, next) =>
        spanned(
          `${SpanName.WORKFLOW_EXECUTE}:${workflowInfo().workflowType}`,
          extractContextFromHeaders(input.headers),
          () => next(input),
        ),
      handleSignal: (input, next) =>
        spanned(
          `${SpanName.WORKFLOW_HANDLE_SIGNAL}:${input.signalName}`,
          extractContextFromHeaders(input.headers),
          () => next(input),
        ),
      handleUpdate: (input, next) =>
        spanned(
          `${SpanName.WORKFLOW_HANDLE_UPDATE}:${input.name}`,
          extractContextFromHeaders(input.headers),
          () => next(input),
        ),
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) =>
        spanned(`${SpanName.ACTIVITY_START}:${input.activityType}`, undefined, () =>
          next({ ...input, headers: headersWithContext(input.headers) }),
        ),
      continueAsNew: (input, next) => next({ ...input, headers: headersWithContext(input.headers) }),
    },
  ],
  internals: [
    {
      dispose(input, next) {
        manager.disable();
        next(input);
      },
    },
  ],
});
