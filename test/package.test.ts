import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/paths.ts';

const SHIPPED = [
  /^(?:LICENSE|README(?:\.[\w-]+)?\.md|package\.json)$/,
  /^bin\/tsuiseki\.js$/,
  /^dist\/program\/(?:.+\.js|NOTICES\.txt)$/,
  /^dist\/page\/(?:index\.html|app\.js|app\.css|icon\.svg)$/,
  /^dist\/workflow-bundle(?:-traced)?\.js$/,
  /^src\/db\/migrations\/(?:\d{4}_\w+\.sql|meta\/_journal\.json)$/,
  /^temporal-config\/(?:apply|[\w-]+\.(?:json|yaml))$/,
];

it('the tarball holds no test and no bench code, and nothing else that is not run', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [tarball] = JSON.parse(execFileSync('npm', args, { cwd: packageRoot, encoding: 'utf8' })) as {
    files: { path: string }[];
  }[];
  const paths = (tarball?.files ?? []).map(({ path }) => path);
  expect(paths).toContain('dist/program/tsuiseki.js');
  expect(paths).toContain('dist/program/workbook-child.js');
  expect(paths).toContain('dist/program/NOTICES.txt');
  expect(paths).toContain('dist/workflow-bundle.js');
  expect(paths).toContain('dist/page/app.js');
  expect(paths).toContain('dist/workflow-bundle-traced.js');
  expect(paths.filter((path) => !SHIPPED.some((shipped) => shipped.test(path)))).toEqual([]);
});
