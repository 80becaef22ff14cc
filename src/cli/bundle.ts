import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { builtFile, packageRoot } from '../paths.ts';

/**
 * What most processes load, with what it needs: a file each, hundreds of them, cost a worker a tenth of its start. The
 * SDK finds its own files by their places, and stays where it is.
 */
const BUNDLED = new Set(['@zip.js/zip.js', 'commander', 'csv-parse', 'drizzle-orm', 'got', 'postgres']);

const NAME = /^(?:@[^/]+\/)?[^/]+/;
/** Of a package, from where it is installed. */
const FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

type Manifest = Record<'name' | 'version' | 'license', string>;

const CHOSEN_PACKAGES: Plugin = {
  name: 'chosen packages',
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      const isOurs = kind === 'entry-point' || FOLDER.test(importer);
      return isOurs || BUNDLED.has(NAME.exec(path)?.[0] ?? '') ? null : { path, external: true };
    });
  },
};

/** The licences of packages go with their code. */
function noticesOf(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((path) => FOLDER.exec(path)?.[0] ?? []));
  const notices = [...folders].toSorted().map((place) => {
    const folder = join(packageRoot, place);
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Manifest;
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

const { metafile } = await build({
  absWorkingDir: packageRoot,
  entryPoints: { tsuiseki: 'src/cli/main.ts', 'workbook-child': 'src/workbook/apart/child.ts' },
  outdir: builtFile('program'),
  ...{ bundle: true, splitting: true, sourcemap: true, metafile: true },
  ...{ platform: 'node', format: 'esm', target: 'node20', charset: 'utf8', logLevel: 'warning' },
  // Packages that are not modules ask for Node's own parts so.
  banner: {
    js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  },
  plugins: [CHOSEN_PACKAGES],
});
writeFileSync(builtFile('program/NOTICES.txt'), noticesOf(Object.keys(metafile.inputs)));
