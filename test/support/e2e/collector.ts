import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP/HTTP's JSON has it: the part that the tests read. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
  /** `tsuiseki.process` of the resource it came with. */
  process: string;
}

/** What takes traces: OTLP over HTTP, as OpenTelemetry's collector takes them at port 4318. */
export interface Collector {
  url: string;
  spans: Span[];
  /** Every body as it came. */
  bodies: string[];
  /** What each request carried as `authorization`. */
  logins: Set<string | undefined>;
  close(): Promise<void>;
}

interface Body {
  resourceSpans: {
    resource: { attributes: Span['attributes'] };
    scopeSpans: { spans: Omit<Span, 'process'>[] }[];
  }[];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export const attributeOf = (attributes: Span['attributes'], name: string): string =>
  String(Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]);

/** Takes JSON at `/v1/traces` alone, from anybody; the caller closes it. */
export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const logins = new Set<string | undefined>();
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const { url, headers } = request;
      const right = url === '/v1/traces' && headers['content-type'] === 'application/json';
      if (right) {
        bodies.push(text);
        logins.add(headers.authorization);
        for (const { resource, scopeSpans } of (JSON.parse(text) as Body).resourceSpans) {
          const process = attributeOf(resource.attributes, 'tsuiseki.process');
          for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ ...span, process });
        }
      }
      return response.writeHead(right ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    logins,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
