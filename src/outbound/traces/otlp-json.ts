import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

const nanoseconds = ([seconds, rest]: HrTime): string =>
  String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));

function valueOf(value: AttributeValue): object | null {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return null;
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Texts, numbers and truth values alone: Temporal's SDK adds all it knows of a run, its search attributes among it. */
function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    const told = value === undefined ? null : valueOf(value);
    return told === null ? [] : [{ key, value: told }];
  });
}

function spanOf(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    // OTLP has one more kind, `unspecified`, at 0.
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      timeUnixNano: nanoseconds(time),
      attributes: attributesOf(attributes ?? {}),
    })),
    status: span.status,
  };
}

/** Spans of one resource as the body of OTLP/HTTP's `POST /v1/traces`, in its JSON form. */
export function otlpJson(spans: readonly ReadableSpan[], resource: Resource): string {
  const scopeSpans = [{ scope: { name: 'tsuiseki' }, spans: spans.map((span) => spanOf(span)) }];
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes: attributesOf(resource.attributes) }, scopeSpans }],
  });
}
