import { expect, it } from 'vitest';
import { hiddenParts, maskTemporal, maskUrl } from '../../src/settings/mask.ts';

it.each([
  ['https://a.example/x', 'https://a.example/x'],
  ['postgres://me@db/x', 'postgres://me@db/x'],
  ['postgres://me:hush@db:5432/x', 'postgres://me:***@db:5432/x'],
  ['postgres://:hush@db/x', 'postgres://:***@db/x'],
  ['postgres://me:hu%40sh@db/x', 'postgres://me:***@db/x'],
  ['postgres://me:hu@sh@db/x', 'postgres://me:***@db/x'],
  ['https://me:hush@a.example/files/me@b.example/', 'https://me:***@a.example/files/me@b.example/'],
  ['https://a.example/files/me@b.example/', 'https://a.example/files/me@b.example/'],
  ['https://a.example/?token=hush&page=2', 'https://a.example/?token=***&page=2'],
  ['https://a.example/?api_token=hush=hush', 'https://a.example/?api_token=***'],
  ['postgres://db/x?user=me&password=hush', 'postgres://db/x?user=me&password=***'],
  // Mistyped: no URL, and yet not to be shown.
  ['me:hush@db/x', '***@db/x'],
  ['postgres://me:hu/sh@db/x', '***@db/x'],
  ['postgres//me:hush@db/x', '***@db/x'],
])('%j is shown as %j', (text, shown) => expect(maskUrl(text)).toBe(shown));

it.each([
  ['TEMPORAL_ADDRESS', 'a:7233', 'a:7233'],
  ['TEMPORAL_NAMESPACE', 'parcels', 'parcels'],
  ['TEMPORAL_TLS', 'true', 'true'],
  ['TEMPORAL_TLS_CLIENT_KEY_PATH', '/keys/a.pem', '/keys/a.pem'],
  ['TEMPORAL_TLS_CLIENT_KEY_DATA', '-----BEGIN', '***'],
  ['TEMPORAL_API_KEY', 'hush', '***'],
  ['TEMPORAL_GRPC_META_AUTHORIZATION', 'Bearer hush', '***'],
  ['TEMPORAL_CODEC_AUTH', 'hush', '***'],
])('%s=%s is shown as %s', (name, text, shown) => expect(maskTemporal(name, text)).toBe(shown));

it.each([
  ['hush', '***', ['hush']],
  ['new,old', '***', ['new,old', 'new', 'old']],
  ['mika:hush', '***', ['mika:hush', 'hush']],
  ['postgres://me:hush@db/x?sslkey=k', 'postgres://me:***@db/x?sslkey=***', ['hush', 'k']],
  ['me:hush@db/x', '***@db/x', ['me:hush', 'hush']],
  ['plain', 'plain', []],
])('of %j, shown as %j, %j is hidden', (text, masked, hidden) =>
  expect([...new Set(hiddenParts(text, masked))]).toEqual(hidden),
);
