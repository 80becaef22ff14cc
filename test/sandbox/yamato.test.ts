import { load } from 'cheerio';
import { got } from 'got';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { expectedText, numberWithFault, withCheckDigit } from '../../src/sandbox/index.ts';
import type { FaultKind, Sandbox } from '../../src/sandbox/index.ts';
import { makeCertificates } from '../support/certificates.ts';
import { releaseAfterEach, sandboxWith, TOKYO_NOON } from '../support/sandbox/api-user.ts';

releaseAfterEach();

function form(numbers: string[]): URLSearchParams {
  const fields = new URLSearchParams({ number00: '1' });
  for (let slot = 1; slot <= 10; slot++) {
    fields.set(`number${String(slot).padStart(2, '0')}`, numbers[slot - 1] ?? '');
  }
  return fields;
}

const ask = (sandbox: Sandbox, numbers: string[], timeoutMs = 10_000): Promise<Response> =>
  fetch(sandbox.yamatoUrl, { method: 'POST', body: form(numbers), signal: AbortSignal.timeout(timeoutMs) });

const numbersFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_unused, serial) =>
    withCheckDigit(39_000_000_000 + first + serial * 104_729),
  );

/** State, time and office of the latest event; the headline alone without events. */
function readPage(html: string): { number: string; box: string; text: string; kind: string }[] {
  const $ = load(html);
  const boxes = $('.tracking-box-area:not(.no-item)').toArray();
  return $('.parts-tracking-invoice-block')
    .toArray()
    .map((block, index) => {
      const last = $(block).find('.tracking-invoice-block-detail ol li').last();
      const state = $(block).find('.tracking-invoice-block-state-title').text().trim();
      const cells = ['.item', '.date', '.name'].map((name) => last.find(name).text().trim());
      const anchor = $(boxes[index]).find('.data.state a').clone();
      return {
        number: String($(boxes[index]).find('.data.number input').val()),
        box: anchor.text().replaceAll(/▶|\d\d\/\d\d|\s/g, ''),
        text: last.length === 0 ? state : cells.join('｜｜｜'),
        kind: $(block).find('.tracking-invoice-block-state').attr('class')?.split(' ').at(-1) ?? '',
      };
    });
}

test('three hundred numbers, ten a page, say what expectedText says', async () => {
  const sandbox = await sandboxWith();
  const seen = new Set<string>();
  for (let page = 0; page < 30; page++) {
    const numbers = numbersFrom(page * 7_000_003, 10);
    const rows = readPage(await (await ask(sandbox, numbers)).text());
    expect(rows.map(({ number }) => number)).toEqual(numbers);
    for (const { number, text, box, kind } of rows) {
      expect(text).toBe(expectedText('yamato_tracking_10', null, number, { day: TOKYO_NOON }));
      expect(box).toBe(text.split('｜｜｜')[0]);
      seen.add(`${box} ${kind}`);
    }
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      '配達完了 is-complete-grey',
      '配達完了（宅配ボックス） is-complete-grey',
      '持戻（休業） is-urgent-red',
      '配達中 is-safe-blue',
      '出荷指示 is-safe-blue',
      '伝票番号未登録 is-urgent-red',
    ]),
  );
});

test('unused slots are no-item, a wrong number has no detail, the print copy sits in a script', async () => {
  const sandbox = await sandboxWith();
  const html = await (await ask(sandbox, [numberWithFault('state-delivered'), '123456789012', '12'])).text();
  const $ = load(html);
  expect($('.tracking-box-area')).toHaveLength(10);
  expect($('.tracking-box-area.no-item')).toHaveLength(7);
  expect($('.parts-tracking-invoice-block')).toHaveLength(3);
  expect($('.tracking-invoice-block-title').eq(0).text()).toMatch(/^1件目：9990-60\d\d-\d{4}$/);
  expect($('.tracking-invoice-block-detail')).toHaveLength(1);
  expect($('.tracking-invoice-block-state-title').eq(1).text()).toBe('伝票番号誤り');
  expect($('.tracking-invoice-block-summary li .item').first().text()).toBe('品名');
  expect($('.tracking-invoice-block-detail .date').last().text()).toMatch(/^\d\d月\d\d日 \d\d:\d\d$/);
  expect($('script').text().split("swd.writeln('").length).toBeGreaterThan(50);
  expect(sandbox.yamatoRequests()[0]).toMatchObject({ tls: false, status: 200, fault: null });
  expect(sandbox.yamatoRequests()[0]?.numbers).toHaveLength(3);
  expect(sandbox.calls()).toEqual([]);
});

test('faults of the page', async () => {
  const sandbox = await sandboxWith();
  const numbers = numbersFrom(5, 4);
  const broken = async (kind: FaultKind): Promise<Response> => {
    sandbox.addFault({ kind, times: 1 });
    return ask(sandbox, numbers, kind === 'yamato-timeout' ? 400 : undefined);
  };
  expect(await (await broken('yamato-captcha')).text()).toContain('g-recaptcha');
  expect(await (await broken('yamato-maintenance')).text()).toContain('メンテナンス');
  expect(readPage(await (await broken('yamato-fewer-boxes')).text())).toHaveLength(2);
  expect(readPage(await (await broken('yamato-changed-markup')).text())).toEqual([]);
  expect(await (await broken('yamato-truncated')).text()).not.toContain('</html>');
  expect((await broken('yamato-500')).status).toBe(500);
  await expect(broken('yamato-reset')).rejects.toThrow();
  await expect(broken('yamato-timeout')).rejects.toThrow();
  const before = performance.now();
  expect((await broken('yamato-slow')).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(95);
  const old = await broken('yamato-shift-jis');
  expect(old.headers.get('content-type')).toBe('text/html; charset=Shift_JIS');
  const decoded = new TextDecoder('shift_jis').decode(await old.arrayBuffer());
  expect(readPage(decoded)).toEqual(readPage(await (await ask(sandbox, numbers)).text()));
  expect(await (await ask(sandbox, [numberWithFault('yamato-captcha')])).text()).toContain('g-recaptcha');
});

test('over TLS: RSA key exchange only, certificate and host name to be verified', async () => {
  const { ca, key, cert } = await makeCertificates('localhost');
  const sandbox = await sandboxWith({ yamatoTls: { key, cert, ciphers: 'AES128-GCM-SHA256' } });
  const url = sandbox.yamatoTlsUrl ?? '';
  const https = { certificateAuthority: ca, ciphers: 'AES128-GCM-SHA256' };
  const body = form(numbersFrom(1, 2)).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const options = { body, headers, retry: { limit: 0 } };
  expect(readPage((await got.post(url, { ...options, https })).body)).toHaveLength(2);
  expect(sandbox.yamatoRequests()[0]?.tls).toBe(true);
  await expect(got.post(url, options)).rejects.toThrow(/certificate|issuer/);
  await expect(got.post(url.replace('localhost', '127.0.0.1'), { ...options, https })).rejects.toThrow(
    /altnames/,
  );
  await expect(
    got.post(url, { ...options, https: { ...https, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } }),
  ).rejects.toThrow(/handshake/);
  const cipher = await new Promise<string>((resolve, reject) => {
    const socket = connect({ port: Number(new URL(url).port), host: 'localhost', ca }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    socket.once('error', reject);
  });
  expect(cipher).toBe('TLSv1.2 TLS_RSA_WITH_AES_128_GCM_SHA256');
});
