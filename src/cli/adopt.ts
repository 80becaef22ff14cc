import { Command } from 'commander';
import { adoptLines } from '../batches/adopt/adopt-file.ts';
import { readText } from '../batches/given-rows/read-rows.ts';
import { adoptJobs } from '../temporal/adopt-jobs.ts';
import { note, printJson, printLine, printTable } from './print.ts';
import { withTemporal } from './session.ts';

/** `tsuiseki adopt FILE`. */
export function adoptCommand(): Command {
  return new Command('adopt')
    .description('take over jobs that another system has published: their results come here')
    .argument('<file>', 'a CSV: custom_id,scrapingjob_id,task,workbook,a,b; or `-` for standard input')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A line a row; many rows may share a job. workbook: a local path, \`webdav:/path\` below WEBDAV_URL, or empty for rows without
one. a and b: what the row's cells hold. A batch is made of each task and workbook; nothing is published. All lines are
taken, or none; jobs adopted before stay as they are.`,
    )
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const { name, text } = await readText(file, process.stdin);
      const lines = adoptLines(text, name);
      const { adopted, notStarted } = await withTemporal((deps) => adoptJobs(deps, lines, name));
      for (const { batchId, why } of notStarted)
        note(`${batchId} is adopted and not started yet (${why}); the sweep starts it within two minutes`);
      if (json) return printJson(adopted);
      printTable(
        adopted.map((each) => ({ ...each, adopted: each.alreadyAdopted ? 'before' : 'now' })),
        ['batchId', 'adopted', 'jobs', 'rows', 'task', 'workbook'],
      );
      if (adopted.every(({ alreadyAdopted }) => alreadyAdopted))
        printLine('nothing new: every job was adopted before');
    });
}
