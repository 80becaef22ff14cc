import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { errorMessage } from '../errors.ts';
import { loadSettings, temporalConfigured } from '../settings/settings.ts';
import { applyTemporalConfig } from '../temporal/apply-config.ts';
import type { AppliedTemporalConfig } from '../temporal/apply-config.ts';
import { askServer } from '../temporal/ask.ts';
import { connectClient } from '../temporal/connection.ts';
import { DynamicConfigError, mergeDynamicConfig } from '../temporal/dynamic-config.ts';
import type { MergedEntry } from '../temporal/dynamic-config.ts';
import { note } from './print.ts';
import { UsageError } from './usage.ts';

/** What is new is to be seen after up to 30 s. */
const APPLY_TIMEOUT_MS = 60_000;

/** What became of namespace and search attributes, a line each. */
export function appliedLines(namespace: string, applied: AppliedTemporalConfig): string[] {
  const { namespaceCreated, retention, searchAttributesAdded } = applied;
  const { days, raised, refused } = retention;
  const kept = `ended workflows are kept ${days} days${raised ? ', raised' : ''}`;
  const added = searchAttributesAdded.join(', ');
  return [
    `namespace ${namespace}: ${namespaceCreated ? 'made' : 'already there'}; ${kept}`,
    ...(refused === null ? [] : [`the server keeps this retention, shorter than it should be: ${refused}`]),
    `search attributes: ${added === '' ? 'already there' : `added ${added}`}`,
  ];
}

function entryLine({ key, constraints, value, outcome, was }: MergedEntry): string {
  const entry = `${key}${constraints === '' ? '' : ` (${constraints})`}: ${String(value)}`;
  switch (outcome) {
    case 'added':
      return `${entry}, added`;
    case 'changed':
      return `${entry}, changed from ${String(was)}`;
    case 'same':
      return `${entry}, already there`;
    case 'left':
      return `${entry}, left as it is; ours would be ${String(was)}`;
  }
}

/** In place, not by a rename: containers mount the file alone. The server reads it again by itself. */
function mergeInto(file: string): void {
  try {
    const theirs = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const { text, entries } = mergeDynamicConfig(theirs);
    if (text !== theirs) writeFileSync(file, text);
    for (const entry of entries) note(`${file}: ${entryLine(entry)}`);
  } catch (error) {
    if (error instanceof DynamicConfigError)
      throw new DynamicConfigError(error.code, `${file}: ${error.message}`, { cause: error });
    throw new UsageError('USAGE', `${file} cannot be used: ${errorMessage(error, 200)}`, { cause: error });
  }
}

/** `tsuiseki temporal-config`, which `temporal-config/apply` calls. */
export function temporalConfigCommand(): Command {
  return new Command('temporal-config')
    .description("bring a Temporal server's namespace, search attributes and dynamic config up to date")
    .option('--dynamic-config <file>', "the server's own dynamic config, into which ours is merged")
    .action(async ({ dynamicConfig }: { dynamicConfig?: string }) => {
      const settings = loadSettings();
      if (dynamicConfig !== undefined) mergeInto(dynamicConfig);
      if (!temporalConfigured(settings)) return note('Temporal: not configured, left alone');
      const client = await connectClient(settings);
      const { namespace } = client.options;
      try {
        const apply = () => applyTemporalConfig(client.connection, namespace);
        const applied = await askServer(client, 'the set-up', apply, APPLY_TIMEOUT_MS);
        for (const line of appliedLines(namespace, applied)) note(line);
      } finally {
        await client.connection.close();
      }
    });
}
