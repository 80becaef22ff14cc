import { afterEach, expect, it, vi } from 'vitest';
import { outgoing, wholeAnswer } from '../../../src/outbound/request.ts';
import { endTraces, startTraces } from '../../../src/outbound/traces/traces.ts';
import type { TracesOptions } from '../../../src/outbound/traces/traces.ts';
import { recordingServer } from '../../support/http/recording-server.ts';

afterEach(() => endTraces());

const warn = vi.fn<TracesOptions['warn']>();
const started = (endpoint: string, more: Partial<TracesOptions> = {}) =>
  startTraces({ endpoint, headers: {}, serviceName: 'parcels', process: 'http', secrets: [], warn, ...more });
const http = outgoing({});
const ask = (url: string) => wholeAnswer(http, url, { maxBytes: 100 });

interface Told {
  resourceSpans: {
    resource: { attributes: { key: string; value: object }[] };
    scopeSpans: { spans: { name: string; kind: number; status: object; attributes: object[] }[] }[];
  }[];
}

it('a request that goes out is a span that tells its host, its method and its status, and no more', async () => {
  const collector = await recordingServer(() => ({ status: 200, body: '{}' }));
  const asked = await recordingServer(() => ({ status: 404 }));
  await started(collector.url, { headers: { 'x-key': 'of the collector' } });
  await ask(`${asked.url}/orders/7?token=hush`);
  await endTraces();

  // The sending itself is no span.
  expect(collector.received).toHaveLength(1);
  const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = collector.received;
  expect({ url, headers }).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'of the collector' } });
  const [told] = (JSON.parse(String(body)) as Told).resourceSpans;
  expect(told?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'parcels' },
  });
  const { host } = new URL(asked.url);
  expect(told?.scopeSpans.flatMap(({ spans }) => spans)).toEqual([
    expect.objectContaining({
      name: `GET ${host}`,
      kind: 3,
      status: { code: 2 },
      attributes: [
        { key: 'http.request.method', value: { stringValue: 'GET' } },
        { key: 'server.address', value: { stringValue: host } },
        { key: 'http.response.status_code', value: { intValue: '404' } },
      ],
    }),
  ]);
});

it('a collector that takes nothing is told once, and keeps nobody', async () => {
  const collector = await recordingServer(() => ({ status: 401 }));
  const { processor } = await started(collector.url);
  for (let sent = 0; sent < 2; sent += 1) {
    await ask(`${collector.url}/anything`);
    await processor.forceFlush().catch(() => {});
  }
  const { host } = new URL(collector.url);
  expect(warn.mock.calls).toEqual([
    [`traces are lost: ${host} answered 401; check OTEL_EXPORTER_OTLP_ENDPOINT`],
  ]);
});

it('a process ends well although its last spans are not taken', async () => {
  const collector = await recordingServer(() => ({ status: 503 }));
  const { serving } = await started(collector.url);
  serving('POST /webhooks/webscraper', () => {})(200);
  await expect(endTraces()).resolves.toBeUndefined();
  expect(collector.received).toHaveLength(1);
});

it('a secret, an e-mail address and an order URL in what failed are in no span', async () => {
  const collector = await recordingServer(() => ({ body: '{}' }));
  const { serving } = await started(collector.url, { secrets: ['quite-a-secret'] });
  serving('POST /quite-a-secret?a=buyer@store.example&b=https://store.example/vieworder/W1', () => {})(200);
  await endTraces();
  expect(String(collector.received[0]?.body)).toContain('POST /***?a=');
  expect(String(collector.received[0]?.body)).not.toMatch(/quite-a-secret|buyer|vieworder/);
});
