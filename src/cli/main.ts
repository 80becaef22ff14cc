import { endWithParent } from './lifeline.ts';
import { runProgram } from './program.ts';
import { STANDBY, standBy } from './standby.ts';

/** `tsuiseki list | head -1`: who reads no more is no failure of ours. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

endWithParent();
const [first, ...rest] = process.argv.slice(2);
if (first === STANDBY && process.send !== undefined) await standBy(rest[0]);
const status = await runProgram(first === STANDBY ? rest : process.argv.slice(2));
if (status !== null) process.exitCode = status;
