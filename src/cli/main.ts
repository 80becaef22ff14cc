import { endWithParent } from './lifeline.ts';
import { runProgram } from './program.ts';

/** `tsuiseki list | head -1`: who reads no more is no failure of ours. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

endWithParent();
const status = await runProgram(process.argv.slice(2));
if (status !== null) process.exitCode = status;
