import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { errorMessage } from '../src/errors.ts';
import { budget } from './budget.ts';
import { Cleanup } from './cleanup.ts';
import { cluster } from './cluster.ts';
import { durability } from './durability.ts';
import { operations } from './operations.ts';
import { pace } from './pace.ts';
import { parcels } from './parcels.ts';
import type { Figure, Part, PartContext } from './part.ts';
import { publish } from './publish.ts';
import { scaling } from './scaling.ts';
import { table } from './table.ts';
import { workbook } from './workbook.ts';
import { yamato } from './yamato.ts';

const BENCHES: Readonly<Record<string, readonly Part[]>> = {
  publish,
  pace,
  budget,
  workbook,
  yamato,
  durability,
  cluster,
  operations,
  scaling,
  parcels,
};

function usage(): string {
  const names = Object.entries(BENCHES).map(
    ([name, parts]) => `  ${name}  parts: ${parts.map((part) => part.name).join(', ')}`,
  );
  return [
    'npm run bench -- NAME [--only PART] [--rows N] [--minutes N] [--json]',
    ...names,
    '  --rows and --minutes: a size of your own, where a part has one',
  ].join('\n');
}

/** As shells tell an end by Ctrl-C. */
const INTERRUPTED = 130;

/** Of the last minute: two cores that others use too give figures that are not ours. */
const load = () => (loadavg()[0] ?? NaN).toFixed(1);

const say = (line: string) => process.stderr.write(`${line}\n`);

async function run(
  bench: string,
  parts: readonly Part[],
  json: boolean,
  sizes: Pick<PartContext, 'rows' | 'minutes'>,
): Promise<number> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  const began = performance.now();
  const cleanup = new Cleanup(say);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      say(`${signal}: ending what was started`);
      cleanup.interrupt();
    });
  for (const part of parts) {
    const missing = part.missing?.() ?? null;
    if (missing !== null) {
      const line = `skipped: ${missing}`;
      if (!notes.includes(line)) notes.push(line);
      continue;
    }
    const before = load();
    const looks: (() => string[])[] = [];
    try {
      await part.run({
        figure: (figure) => figures.push(figure),
        note: (line) => notes.push(`${part.name}: ${line}`),
        progress: (line) => say(`${bench} ${part.name}: ${line}`),
        onBreak: (look) => looks.push(look),
        cleanup,
        ...sizes,
      });
    } catch (error) {
      // A part that breaks off has reached nothing: its figures must not just be missing from the table.
      notes.push(`${part.name}: broke off: ${errorMessage(error)}`);
      notes.push(...looks.flatMap((look) => look()).map((line) => `${part.name}: ${line}`));
      figures.push({
        figure: `${part.name} ran to its end`,
        mustReach: 'yes',
        measured: null,
        unit: '',
        ok: false,
      });
    }
    notes.push(`${part.name}: the machine's load was ${before} before and ${load()} at the end`);
    await cleanup.run();
    if (cleanup.interrupted.aborted) break;
  }
  const ok = figures.every((figure) => figure.ok);
  const seconds = Math.round((performance.now() - began) / 1_000);
  if (json) process.stdout.write(`${JSON.stringify({ bench, ok, seconds, figures, notes })}\n`);
  else {
    const measured = figures.length === 0 ? [] : [table(figures), ''];
    process.stdout.write(`${[...measured, ...notes, `${seconds} s in all`].join('\n')}\n`);
  }
  if (cleanup.interrupted.aborted) return INTERRUPTED;
  return ok ? 0 : 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    rows: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const sizeOf = (text: string | undefined) => (text === undefined ? null : Number(text));
const sizes = { rows: sizeOf(values.rows), minutes: sizeOf(values.minutes) };
const [name = ''] = positionals;
const parts = BENCHES[name]?.filter((part) => values.only === undefined || part.name === values.only) ?? [];
const sound = Object.values(sizes).every((size) => size === null || size > 0);
if (parts.length === 0 || positionals.length > 1 || !sound) {
  say(usage());
  process.exitCode = 2;
} else process.exitCode = await run(name, parts, values.json, sizes);
