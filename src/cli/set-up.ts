import { Command } from 'commander';
import { effectiveSettings, loadSettings, requireSetting, temporalConfigured } from '../settings/settings.ts';
import { migrateDatabase } from '../db/database.ts';
import { applyTemporalConfig } from '../temporal/apply-config.ts';
import { askServer } from '../temporal/ask.ts';
import { connectClient } from '../temporal/connection.ts';
import { applySchedules } from '../temporal/schedules.ts';
import { note, printJson, printLine } from './print.ts';
import { appliedLines } from './temporal-config.ts';

/** What is new is to be seen after up to 30 s. */
const SET_UP_TIMEOUT_MS = 60_000;

/** `tsuiseki migrate`: database, namespace, search attributes and schedules; may be run again. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring database, namespace, search attributes and schedules up to date')
    .action(async () => {
      const settings = loadSettings();
      await migrateDatabase(requireSetting(settings, 'databaseUrl'));
      note('database: up to date');
      if (!temporalConfigured(settings)) return note('Temporal: not configured, left alone');
      const client = await connectClient(settings);
      try {
        const { namespace } = client.options;
        const apply = async () => {
          const applied = await applyTemporalConfig(client.connection, namespace);
          await applySchedules(client, settings.jobDeadlineMs);
          return applied;
        };
        const applied = await askServer(client, 'the set-up', apply, SET_UP_TIMEOUT_MS);
        for (const line of appliedLines(namespace, applied)) note(line);
        note('schedules: up to date');
      } finally {
        await client.connection.close();
      }
    });
}

/** `tsuiseki config`. */
export function configCommand(): Command {
  return new Command('config')
    .description('the effective settings, secrets masked')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => {
      const shown = effectiveSettings(loadSettings());
      if (options.json) printJson(shown);
      else for (const [name, value] of Object.entries(shown)) printLine(`${name}=${value ?? ''}`);
    });
}
