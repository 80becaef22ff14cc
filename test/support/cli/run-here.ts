import { vi } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';

/** In this process: as fast as it can be, for what neither settings nor servers are needed. */
export async function runHere(args: string[]) {
  let [out, err] = ['', ''];
  const stdout = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => ((err += String(text)), true));
  const status = await runProgram(args);
  stdout.mockRestore();
  stderr.mockRestore();
  return { status, out, err };
}
