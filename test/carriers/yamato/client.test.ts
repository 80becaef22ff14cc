import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createYamatoClient } from '../../../src/carriers/yamato/client.ts';
import { expectedText, numberWithFault, withCheckDigit } from '../../../src/sandbox/index.ts';
import type { FaultKind } from '../../../src/sandbox/index.ts';
import { toShiftJis } from '../../../src/sandbox/yamato/shift-jis.ts';
import { yamatoResult } from '../../../src/tasks/parsers/yamato-page.ts';
import { packageVersion } from '../../../src/version.ts';
import { releaseAfterEach, sandboxWith } from '../../support/sandbox/api-user.ts';
import { closing, errorOf, plainServer } from '../../support/carriers/yamato-servers.ts';

releaseAfterEach();

const numbersFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_unused, serial) =>
    withCheckDigit(39_000_000_000 + first + serial * 104_729),
  );
const NUMBERS = numbersFrom(1, 3);
const page = (body: string): string => `<!DOCTYPE html><html><body>${body}</body></html>`;
const boxOf = (number: string): string =>
  `<div class="tracking-box-area"><div class="data number"><input value="${number}"></div>` +
  '<div class="data state"><a>伝票番号未登録</a></div></div>';

test('two hundred numbers, ten a request, give what expectedText says, over one connection', async () => {
  const sandbox = await sandboxWith({ datesFrom: null });
  const client = closing(createYamatoClient({ url: sandbox.yamatoUrl }));
  const day = new Date();
  for (let request = 0; request < 20; request++) {
    const numbers = numbersFrom(request * 7_000_003, 10);
    const { parcels, answeredAt, tookMs } = await client.ask(numbers);
    expect(parcels.map(({ number }) => number)).toEqual(numbers);
    for (const parcel of parcels) {
      const result = yamatoResult(parcel, answeredAt);
      expect(result.text).toBe(expectedText('yamato_tracking_10', null, parcel.number, { day }));
      expect(result.statusText).toBe(result.text.split('｜｜｜')[0]);
      expect(parcel.events.every(({ at }) => Date.parse(at ?? '') <= answeredAt.getTime())).toBe(true);
    }
    expect(tookMs).toBeGreaterThan(0);
  }
  const requests = sandbox.yamatoRequests();
  expect(requests).toHaveLength(20);
  expect(requests[0]).toMatchObject({ userAgent: `Tsuiseki/${packageVersion()}`, tls: false });
});

test('the form has all its slots, and its connection is kept', async () => {
  const sockets: unknown[] = [];
  const bodies: string[] = [];
  const server = await plainServer((request, response) => {
    sockets.push(request.socket);
    request.setEncoding('utf8').on('data', (chunk: string) => bodies.push(chunk));
    request.on('end', () => response.end(page(NUMBERS.slice(0, 2).map(boxOf).join(''))));
  });
  const client = closing(createYamatoClient({ url: server.url }));
  await client.ask(NUMBERS.slice(0, 2));
  await client.ask(NUMBERS.slice(0, 2).toReversed());
  const empty = '&number03=&number04=&number05=&number06=&number07=&number08=&number09=&number10=&category=0';
  expect(bodies).toEqual([
    `number00=1&number01=${NUMBERS[0]}&number02=${NUMBERS[1]}${empty}`,
    `number00=1&number01=${NUMBERS[1]}&number02=${NUMBERS[0]}${empty}`,
  ]);
  expect(sockets[1]).toBe(sockets[0]);
  expect(server.connections()).toBe(1);
});

test.each<[FaultKind, string, boolean]>([
  ['yamato-captcha', 'YAMATO_CAPTCHA', true],
  ['yamato-maintenance', 'YAMATO_MAINTENANCE', true],
  ['yamato-truncated', 'YAMATO_TRUNCATED', true],
  ['yamato-fewer-boxes', 'YAMATO_FEWER_BOXES', true],
  ['yamato-changed-markup', 'YAMATO_UNREADABLE', true],
  ['yamato-timeout', 'YAMATO_TIMEOUT', false],
  ['yamato-reset', 'YAMATO_UNAVAILABLE', false],
  ['yamato-500', 'YAMATO_UNAVAILABLE', true],
])('%s is %s, asked once, and the next question is answered', async (kind, code, hasPage) => {
  const sandbox = await sandboxWith();
  const patient = closing(createYamatoClient({ url: sandbox.yamatoUrl }));
  const hasty = closing(createYamatoClient({ url: sandbox.yamatoUrl, timeoutMs: 250 }));
  const client = kind === 'yamato-timeout' ? hasty : patient;
  await patient.ask(NUMBERS);
  const error = await errorOf(client.ask([...NUMBERS, numberWithFault(kind)]));
  expect(error).toMatchObject({ code, page: hasPage ? expect.stringMatching(/^<.*html/) : null });
  expect(error.message).not.toMatch(/\n|undefined|\( *\)/);
  expect((await patient.ask(NUMBERS)).parcels).toHaveLength(3);
  expect(sandbox.yamatoRequests()).toHaveLength(3);
});

test('yamato-shift-jis and yamato-slow are answers like any other', async () => {
  const sandbox = await sandboxWith();
  const client = closing(createYamatoClient({ url: sandbox.yamatoUrl }));
  const { parcels } = await client.ask(NUMBERS);
  for (const kind of ['yamato-shift-jis', 'yamato-slow'] as const) {
    sandbox.addFault({ kind, times: 1 });
    expect((await client.ask(NUMBERS)).parcels).toEqual(parcels);
  }
  expect(sandbox.yamatoRequests().map(({ fault }) => fault)).toEqual([
    null,
    'yamato-shift-jis',
    'yamato-slow',
  ]);
});

test('the charset is the header’s, else the page’s, else UTF-8; one that does not exist is told', async () => {
  const [number = ''] = NUMBERS;
  const text = '伝票番号未登録（調査）';
  const shiftJis = toShiftJis(text);
  let answer: { type: string; body: Buffer } = { type: 'text/html', body: Buffer.alloc(0) };
  const server = await plainServer((_request, response) => {
    response.setHeader('content-type', answer.type).end(answer.body);
  });
  const client = closing(createYamatoClient({ url: server.url }));
  const stateBy = async (type: string, head: string, state: Buffer): Promise<string | undefined> => {
    const [before = '', after = ''] = page(head + boxOf(number)).split('伝票番号未登録');
    answer = { type, body: Buffer.concat([Buffer.from(before), state, Buffer.from(after)]) };
    return (await client.ask([number])).parcels[0]?.stateText;
  };
  expect(await stateBy('text/html; charset=Shift_JIS', '<meta charset="utf-8">', shiftJis)).toBe(text);
  expect(await stateBy('text/html; charset="x-sjis"', '', shiftJis)).toBe(text);
  expect(await stateBy('text/html', '<meta charset="Shift_JIS">', shiftJis)).toBe(text);
  const old = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">';
  expect(await stateBy('text/html', old, shiftJis)).toBe(text);
  expect(await stateBy('text/html', '', Buffer.from('伝票番号誤り'))).toBe('伝票番号誤り');
  expect(await errorOf(stateBy('text/html; charset=klingon', '', shiftJis))).toMatchObject({
    code: 'YAMATO_UNREADABLE',
    message: expect.stringContaining('"klingon"'),
    page: expect.stringContaining('tracking-box-area'),
  });
});

test.each<[number, string, string]>([
  [302, 'YAMATO_UNAVAILABLE', 'elsewhere'],
  [403, 'YAMATO_REFUSED', page('Forbidden')],
  [429, 'YAMATO_REFUSED', ''],
  [403, 'YAMATO_CAPTCHA', page('<div class="h-captcha"></div>')],
  [503, 'YAMATO_MAINTENANCE', page('<h1>メンテナンス中</h1>')],
  [503, 'YAMATO_UNAVAILABLE', page('Service Unavailable')],
])('status %i is %s', async (status, code, body) => {
  const server = await plainServer((request, response) => {
    if (request.url === '/elsewhere') response.end(page(NUMBERS.map(boxOf).join('')));
    else response.writeHead(status, { location: '/elsewhere' }).end(body);
  });
  const error = await errorOf(closing(createYamatoClient({ url: server.url })).ask(NUMBERS));
  expect(error).toMatchObject({ code, page: body, message: expect.stringContaining(String(status)) });
});

test('an answer too large is not read to its end, packed or not', async () => {
  const huge = Buffer.alloc(64 * 1024 * 1024, ' ');
  const packed = gzipSync(huge);
  let pack = false;
  const server = await plainServer((_request, response) => {
    if (pack) response.setHeader('content-encoding', 'gzip').end(packed);
    else response.end(huge);
  });
  const client = closing(createYamatoClient({ url: server.url }));
  for (pack of [false, true]) {
    expect(await errorOf(client.ask(NUMBERS))).toMatchObject({
      code: 'YAMATO_TOO_LARGE',
      message: expect.stringContaining('4 MB'),
      page: null,
    });
  }
});

test('an answer that breaks off, and no server at all', async () => {
  const server = await plainServer((_request, response) => {
    response.setHeader('content-length', 100_000).write(page(''), () => response.destroy());
  });
  const client = closing(createYamatoClient({ url: server.url }));
  expect(await errorOf(client.ask(NUMBERS))).toMatchObject({ code: 'YAMATO_TRUNCATED', page: null });
  const nobody = closing(createYamatoClient({ url: 'http://localhost:1/cgi-bin/tneko' }));
  expect(await errorOf(nobody.ask(NUMBERS))).toMatchObject({
    code: 'YAMATO_UNAVAILABLE',
    message:
      "Yamato's page could not be had, localhost:1 takes no connections; check YAMATO_URL, and whether it runs (ECONNREFUSED): ask later",
  });
});

test.each([[[]], [numbersFrom(1, 11)], [['390000000011', '390000000011']], [['3900-0000-0011']], [['']]])(
  'numbers that cannot be asked together: %j',
  async (numbers) => {
    const client = closing(createYamatoClient({ url: 'http://localhost:1/' }));
    await expect(client.ask(numbers)).rejects.toThrow(RangeError);
  },
);
