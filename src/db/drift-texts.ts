import { and, eq, sql } from 'drizzle-orm';
import type { RowLook, UsualText } from '../tasks/oddity.ts';
import type { TaskName } from '../tasks/types.ts';
import { anyText } from './any-of.ts';
import type { Queries } from './database.ts';
import { driftTexts } from './drift-schema.ts';

/** What is usual follows what comes: older results count half after so many. */
const TEXTS_REMEMBERED = 1_000;

type Usual = ReadonlyMap<string, UsualText>;

const textsOf = (looks: readonly RowLook[]) => [...new Set(looks.map(({ text }) => text))];

/** What is usual of the texts of some rows. */
export async function usualTexts(tx: Queries, task: TaskName, looks: readonly RowLook[]): Promise<Usual> {
  if (looks.length === 0) return new Map();
  const found = await tx
    .select()
    .from(driftTexts)
    .where(and(eq(driftTexts.task, task), anyText(driftTexts.text, textsOf(looks))));
  return new Map(found.map(({ text, seen, filled }) => [text, { seen, filled }]));
}

/** Takes jobs as usual, each text of one once. The task is taken; `usual`: as it was read for these rows, if it was. */
export async function learnTexts(
  tx: Queries,
  task: TaskName,
  jobs: readonly (readonly RowLook[])[],
  usual: Usual | null,
): Promise<void> {
  const looks = jobs.flat();
  if (looks.length === 0) return;
  const texts = new Map(usual ?? (await usualTexts(tx, task, looks)));
  for (const job of jobs)
    for (const { text, filled } of new Map(job.map((look) => [look.text, look])).values())
      texts.set(text, withOneMore(texts.get(text), filled));
  const changed = textsOf(looks).map((text) => ({ task, text, ...halved(texts.get(text)) }));
  await tx
    .insert(driftTexts)
    .values(changed)
    .onConflictDoUpdate({
      target: [driftTexts.task, driftTexts.text],
      set: { seen: sql`excluded.seen`, filled: sql`excluded.filled` },
    });
}

function withOneMore(known: UsualText | undefined, filled: readonly boolean[]): UsualText {
  const before = known ?? { seen: 0, filled: [] };
  return {
    seen: before.seen + 1,
    filled: filled.map((isFilled, index) => (before.filled[index] ?? 0) + Number(isFilled)),
  };
}

function halved(usual: UsualText = { seen: 0, filled: [] }): { seen: number; filled: number[] } {
  const { seen, filled } = usual;
  const part = seen > TEXTS_REMEMBERED ? 0.5 : 1;
  return { seen: Math.floor(seen * part), filled: filled.map((count) => Math.floor(count * part)) };
}
