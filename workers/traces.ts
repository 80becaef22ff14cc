import type { WorkerOptions } from '@temporalio/worker';
import type { Traces } from '../src/outbound/traces/traces.ts';
import { batchInLogs } from './log-fields.ts';
import { workflowBundle } from './workflow-bundle.ts';

type Traced = Pick<WorkerOptions, 'interceptors' | 'sinks' | 'workflowBundle'>;

/** What a worker is made with for the sake of its traces, the workflow code (where it runs any) among it. */
export async function tracedWork(traces: Traces | null, workflows: boolean): Promise<Traced> {
  const code = workflows ? { workflowBundle: { codePath: workflowBundle(traces !== null) } } : {};
  if (traces === null) return { ...code, interceptors: { activity: [batchInLogs] } };
  const {
    makeWorkflowExporter,
    OpenTelemetryActivityInboundInterceptor,
    OpenTelemetryActivityOutboundInterceptor,
  } = await import('@temporalio/interceptors-opentelemetry/lib/worker/index.js');
  return {
    ...code,
    interceptors: {
      activity: [
        batchInLogs,
        (activity) => ({
          inbound: new OpenTelemetryActivityInboundInterceptor(activity),
          outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
        }),
      ],
    },
    ...(workflows ? { sinks: { exporter: makeWorkflowExporter(traces.processor, traces.resource) } } : {}),
  };
}
