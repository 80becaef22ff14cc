/** The process that one job is measured in: the job as its only argument, the report on stdout, both JSON. */
import { doJob } from './job.ts';
import type { Job } from './job.ts';

process.stdout.write(JSON.stringify(await doJob(JSON.parse(process.argv[2] ?? '') as Job)));
