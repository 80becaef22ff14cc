#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Where Node has it (from 22.1 on): what is compiled once need not be by each process.
module.enableCompileCache?.();

const main = new URL('../dist/program/tsuiseki.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('tsuiseki is not built: run `npm run build` once\n');
  process.exitCode = 1;
}
