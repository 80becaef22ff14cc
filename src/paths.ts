import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  return findPackageRoot(dirname(from));
}

/** The folder of package.json, from the sources and from `dist` alike. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** What `npm run build` made, e.g. `program/workbook-child.js`: child processes always run what was built. */
export function builtFile(relativePath: string): string {
  return join(packageRoot, 'dist', relativePath);
}
