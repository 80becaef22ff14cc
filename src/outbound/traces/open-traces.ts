import { hostname } from 'node:os';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { packageVersion } from '../../version.ts';
import { watchRequests } from '../request.ts';
import { SpanSender } from './span-sender.ts';
import type { Traces, TracesOptions } from './traces.ts';

/**
 * Starts OpenTelemetry in this process: a span for each request that goes out, below whatever is active. Of a request's
 * address the host alone is told: the rest may name an order, a person or a token.
 */
export function openTraces({ serviceName, process: name, ...collector }: TracesOptions): Traces {
  const resource = new Resource({
    'service.name': serviceName,
    'service.version': packageVersion(),
    'service.instance.id': `${name}:${process.pid}:${hostname()}`,
    'tsuiseki.process': name,
  });
  const processor = new BatchSpanProcessor(new SpanSender(collector, resource));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: new W3CTraceContextPropagator(),
  });
  const tracer = provider.getTracer('tsuiseki');
  watchRequests((method, host) => {
    const attributes = { 'http.request.method': method, 'server.address': host };
    const span = tracer.startSpan(`${method} ${host}`, { kind: SpanKind.CLIENT, attributes });
    return (end) => {
      if (typeof end === 'number') span.setAttribute('http.response.status_code', end);
      else span.setAttribute('error.type', end);
      if (typeof end !== 'number' || end >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
  });
  return {
    processor,
    resource,
    serving(route, run) {
      const span = tracer.startSpan(route, { kind: SpanKind.SERVER });
      context.with(trace.setSpan(context.active(), span), run);
      return (status) => {
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      };
    },
    async close() {
      watchRequests(null);
      // What is not taken has been told, and fails nobody.
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      context.disable();
    },
  };
}
