import { Command } from 'commander';
import { TsuisekiError } from '../errors.ts';
import { loadSettings } from '../settings/settings.ts';
import { afterRestore } from './after-restore.ts';
import { check } from './check.ts';
import { httpServer } from './place-checks.ts';
import { databaseChecks, temporalChecks, webdavCheck } from './checks.ts';
import { printJson, printLine } from './print.ts';

class ChecksFailed extends TsuisekiError<'CHECKS_FAILED'> {}

/** `tsuiseki doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'one line a check: settings, database, clock, API, sitemaps, Temporal, workers, schedules, HTTP, WebDAV',
    )
    .option('--json', 'an array of {"check","ok","details"}; of steps with --after-restore')
    .option(
      '--after-restore',
      'instead: holds a restored database against the account and Temporal, then lets it publish again',
    )
    .action(async (options: { json?: boolean; afterRestore?: boolean }) => {
      if (options.afterRestore) return afterRestore(options.json === true);
      const settings = loadSettings();
      const found = await Promise.all([
        databaseChecks(settings),
        temporalChecks(settings),
        webdavCheck(settings),
        check('HTTP server', () => httpServer(settings)),
      ]);
      const checks = [{ check: 'settings', ok: true, details: 'each can be read' }, ...found.flat()];
      if (options.json) printJson(checks);
      else
        for (const each of checks) printLine(`${each.ok ? 'ok  ' : 'FAIL'} ${each.check}: ${each.details}`);
      const failed = checks.filter(({ ok }) => !ok).length;
      if (failed > 0) throw new ChecksFailed('CHECKS_FAILED', `${failed} of ${checks.length} checks failed`);
    });
}
