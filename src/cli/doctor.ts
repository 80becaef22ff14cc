import { Command } from 'commander';
import { TsuisekiError } from '../errors.ts';
import { loadSettings } from '../settings/settings.ts';
import { databaseChecks, temporalChecks, webdavCheck } from './checks.ts';
import { printJson, printLine } from './print.ts';

class ChecksFailed extends TsuisekiError<'CHECKS_FAILED'> {}

/** `tsuiseki doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('one line a check: settings, database, inbox, API, Temporal, workers, schedules, WebDAV')
    .option('--json', 'an array of {"check","ok","details"}')
    .action(async (options: { json?: boolean }) => {
      const settings = loadSettings();
      const found = await Promise.all([
        databaseChecks(settings),
        temporalChecks(settings),
        webdavCheck(settings),
      ]);
      const checks = [{ check: 'settings', ok: true, details: 'each can be read' }, ...found.flat()];
      if (options.json) printJson(checks);
      else
        for (const { check, ok, details } of checks)
          printLine(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${details}`);
      const failed = checks.filter(({ ok }) => !ok).length;
      if (failed > 0) throw new ChecksFailed('CHECKS_FAILED', `${failed} of ${checks.length} checks failed`);
    });
}
