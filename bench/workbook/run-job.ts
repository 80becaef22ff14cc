import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorMessage } from '../../src/errors.ts';
import { builtFile } from '../../src/paths.ts';
import { childFlags, DEFAULT_CHILD_LIMITS } from '../../src/workbook/apart/process.ts';
import type { Cleanup } from '../cleanup.ts';
import { BenchError } from '../part.ts';
import type { Job, JobReport } from './job.ts';

export interface MeasuredJob extends JobReport {
  /** From starting the process to its end. */
  processMs: number;
}

const MODULE = builtFile('bench/workbook/job-process.js');

/** Does the job in a process of its own: ours as workers start it for a workbook, others with node's defaults. */
export async function runJob(cleanup: Cleanup, job: Job): Promise<MeasuredJob> {
  const ending = new AbortController();
  cleanup.add('the process that is measured', async () => ending.abort());
  const began = performance.now();
  try {
    const flags = job.by === 'ours' ? childFlags(DEFAULT_CHILD_LIMITS) : [];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, MODULE, JSON.stringify(job)], {
      env: {},
      signal: ending.signal,
    });
    return { ...(JSON.parse(stdout) as JobReport), processMs: performance.now() - began };
  } catch (error) {
    throw new BenchError('BENCH_PROCESS', `${job.kind} by ${job.by}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
