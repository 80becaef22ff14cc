import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Got } from 'got';
import { redactedLine } from '../../redact.ts';
import { connectionFailure } from '../connection-failure.ts';
import { outgoing, wholeAnswer } from '../request.ts';
import { otlpJson } from './otlp-json.ts';

/** A command that has done its work waits no longer than this for a collector that hangs. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const SETTING = 'OTEL_EXPORTER_OTLP_ENDPOINT';

export interface Collector {
  /** OTLP's base URL, without a slash at its end. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  /** What no span may tell. */
  secrets: readonly string[];
  /** Told in a line when the collector takes nothing, once until it does again. */
  warn: (text: string) => void;
}

/**
 * Sends spans to a collector, redacted as logs are. What is not taken is lost, and told: traces are worth no second try
 * and no memory.
 */
export class SpanSender implements SpanExporter {
  readonly #http: Got;
  readonly #url: string;
  readonly #resource: Resource;
  readonly #collector: Collector;
  #failing = false;

  constructor(collector: Collector, resource: Resource) {
    this.#collector = collector;
    this.#resource = resource;
    this.#url = `${collector.endpoint}/v1/traces`;
    this.#http = outgoing({
      method: 'POST',
      timeout: { request: TIMEOUT_MS },
      headers: { ...collector.headers, 'content-type': 'application/json' },
    });
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    void this.#export(spans, done);
  }

  async #export(spans: ReadableSpan[], done: (result: ExportResult) => void): Promise<void> {
    const problem = await this.#send(spans);
    if (problem !== null && !this.#failing) this.#collector.warn(`traces are lost: ${problem}`);
    this.#failing = problem !== null;
    done({ code: problem === null ? ExportResultCode.SUCCESS : ExportResultCode.FAILED });
  }

  async shutdown(): Promise<void> {
    // Nothing is kept open.
  }

  /** Null: they were taken. */
  async #send(spans: ReadableSpan[]): Promise<string | null> {
    const { host: at } = new URL(this.#url);
    const body = redactedLine(otlpJson(spans, this.#resource), this.#collector.secrets);
    try {
      const answer = await wholeAnswer(this.#http, this.#url, { body, maxBytes: MAX_ANSWER_BYTES });
      const status = answer?.statusCode ?? 200;
      return status >= 200 && status <= 299 ? null : `${at} answered ${status}; check ${SETTING}`;
    } catch (error) {
      return connectionFailure(error, { at, setting: SETTING }).told;
    }
  }
}
