#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/program/tsuiseki.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('tsuiseki is not built: run `npm run build` once\n');
  process.exitCode = 1;
}
