import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/paths.ts';

const FOLDERS = ['src', 'workflows', 'activities', 'workers', 'bench', 'chaos', 'cluster', 'test'];

/** The lines of the sources in these folders that match, each as `file:line: text`. */
function linesWith(pattern: RegExp, folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'dialect.test.ts')
      .map((file) => join(folder, file)),
  );
  return files.flatMap((file) =>
    readFileSync(join(packageRoot, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

it('what is private is #private: also to those who log or compare an object', () => {
  expect(linesWith(/^\s+private (?!constructor\()/, FOLDERS)).toEqual([]);
});

it('a constant of a module is in capitals', () => {
  const literal = /^(?:export )?const [a-z]\w*(?:: [^=]+)? = (?:[\d'"`/]|\[[^\]]|new (?:Set|Map)\b|\{$|\[$)/;
  expect(linesWith(literal, ['src', 'workflows', 'activities', 'workers'])).toEqual([]);
});

it('what a function of ours has not is null; undefined is what others leave out', () => {
  const given =
    /^export .*\): (?:Promise<)?[^=(]*\| undefined>? \{$|^\): (?:Promise<)?[^=(]*\| undefined>? \{$/;
  expect(linesWith(given, ['src', 'workflows', 'activities', 'workers'])).toEqual([]);
});
