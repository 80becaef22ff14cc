import { endWithParent } from './lifeline.ts';
import { runProgram } from './program.ts';
import { STANDBY, standBy } from './standby.ts';

/** `tsuiseki list | head -1`: who reads no more is no failure of ours. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

endWithParent();
const args = process.argv.slice(2);
if (args.at(-1) === STANDBY && process.send !== undefined) {
  args.pop();
  await standBy(args[0]);
}
const status = await runProgram(args);
if (status !== null) process.exitCode = status;
