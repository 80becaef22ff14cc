import { expect, it } from 'vitest';
import { redactedLine, withoutPersonalData } from '../src/redact.ts';

it.each([
  ['no row for mika@store.example.jp in the sheet', 'no row for …@… in the sheet'],
  ['https://store.apple.com/go/jp/vieworder/W1/a@b.jp failed', 'https://store.apple.com/… failed'],
  ['POST https://api.example/v1?api_token=hush', 'POST https://api.example/…'],
  ['login refused, password=hush&user=me', 'login refused, password=***&user=me'],
  ['listening on http://127.0.0.1:8080', 'listening on http://127.0.0.1:8080'],
])('%j is told as %j', (text, told) => expect(withoutPersonalData(text)).toBe(told));

it('a line stays JSON, whatever stands before an address or behind one', () => {
  const fields = {
    level: 30,
    msg: 'said "a\\b@c.jp"\nmika@store.jp',
    err: { stack: 'at https://h.example/x\\"y' },
  };
  const line = redactedLine(`${JSON.stringify(fields)}\n`, []);
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 30,
    msg: 'said "…@…"\n…@…',
    err: { stack: 'at https://h.example/…"y' },
  });
});

it('a secret goes wherever it stands, in names of fields excepted', () => {
  const line = redactedLine('{"msg":"with hush-hush-hush","deep":[{"url":"/hooks/hush-hush-hush/x"}]}', [
    'hush-hush-hush',
  ]);
  expect(line).toBe('{"msg":"with ***","deep":[{"url":"/hooks/***/x"}]}\n');
});

it('a long text without an address is looked through once', { timeout: 2_000 }, () => {
  const text = 'x'.repeat(1_000_000);
  expect(withoutPersonalData(text)).toBe(text);
});
