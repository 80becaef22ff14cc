import type { ClientInterceptors } from '@temporalio/client';
import { startTraces } from '../outbound/traces/traces.ts';
import type { Traces } from '../outbound/traces/traces.ts';
import { secretsOf } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';

/** Starts this process's traces; null where no collector is configured, and nothing is loaded then. */
export async function tracesOf(
  settings: Settings,
  process: string,
  warn: (text: string) => void,
): Promise<Traces | null> {
  const { otlpEndpoint: endpoint, otlpHeaders, otelServiceName: serviceName } = settings;
  if (endpoint === null) return null;
  const secrets = secretsOf(settings);
  return startTraces({ endpoint, headers: otlpHeaders ?? {}, serviceName, process, secrets, warn });
}

/** What hands a trace on to the workflow that is started, signalled or updated. */
export async function tracedCalls(traces: Traces | null): Promise<ClientInterceptors> {
  if (traces === null) return {};
  const { OpenTelemetryWorkflowClientInterceptor } =
    await import('@temporalio/interceptors-opentelemetry/lib/client/index.js');
  const all = new OpenTelemetryWorkflowClientInterceptor();
  // Not what only asks: `watch` alone does so every second.
  return {
    workflow: [
      {
        startWithDetails: (input, next) => all.startWithDetails(input, next),
        signal: (input, next) => all.signal(input, next),
        startUpdate: (input, next) => all.startUpdate(input, next),
      },
    ],
  };
}
