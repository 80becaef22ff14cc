import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/paths.ts';
import { effectiveSettings, readSettings } from '../../src/settings/settings.ts';

const textOf = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const defaults = effectiveSettings(readSettings({}));

it('every setting has its line in the docs, with its default, and no other has one', () => {
  const told = [...textOf('docs/settings.md').matchAll(/^\| `([A-Z_]+)` +\| (?:`([^`]+)`|–) +\|/gm)];
  expect(Object.fromEntries(told.map(([, name, fallback = null]) => [name, fallback]))).toEqual(defaults);
  expect(told).toHaveLength(Object.keys(defaults).length);
});

it('what containers do not take from .env is told', () => {
  const { 'x-settings': handedOn } = parse(textOf('docker-compose.yml')) as {
    'x-settings': Record<string, string | null>;
  };
  const isTaken = (name: string) =>
    name in handedOn && (handedOn[name] === null || handedOn[name]?.includes(`\${${name}`) === true);
  const [told = ''] = /Every \[setting\].+?keeps its default/s.exec(textOf('docs/deployment.md')) ?? [];
  expect(new Set([...told.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name))).toEqual(
    new Set(Object.keys(defaults).filter((name) => !isTaken(name))),
  );
});
