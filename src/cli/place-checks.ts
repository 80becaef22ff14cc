import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { readUpFile } from '../settings/up-file.ts';
import type { Settings } from '../settings/settings.ts';
import { bad, good } from './check.ts';
import type { Finding } from './check.ts';
import { localUrl } from './listen-error.ts';

/** More than any two clocks differ that are kept right. */
const MOST_ASKEW_MS = 5_000;
const ANSWER_TIMEOUT_MS = 3_000;

/** Turns and deadlines go by the database's clock, tokens' ends and what carriers tell by this machine's. */
export async function clocks({ db }: Database): Promise<Finding> {
  const beganMs = Date.now();
  const [row] = await db.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  // Between the question and its answer.
  const askewMs = Math.round((beganMs + Date.now()) / 2 - Number(row?.ms));
  return askew(askewMs, "the database's", 'let both be set by NTP (timedatectl set-ntp true)');
}

/** The database's clock may be this machine's own; the API's is not. */
export function apiClock(askewMs: number | null): Finding {
  if (askewMs === null) return good('not compared: no answer with a date came');
  return askew(askewMs, "Web Scraper Cloud's", 'let it be set by NTP (timedatectl set-ntp true)');
}

function askew(askewMs: number, whose: string, remedy: string): Finding {
  const seconds = (Math.abs(askewMs) / 1_000).toFixed(1);
  if (Math.abs(askewMs) <= MOST_ASKEW_MS) return good(`${seconds} s from ${whose}`);
  const which = askewMs > 0 ? 'ahead of' : 'behind';
  return bad(`this machine's clock is ${seconds} s ${which} ${whose}: ${remedy}`);
}

/** Whether what listens where webhooks are to come is ours. */
export async function httpServer({ httpHost: host, httpPort: port, dataDir }: Settings): Promise<Finding> {
  const url = readUpFile(dataDir)?.http ?? localUrl({ host, port });
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(
    () => null,
  );
  if (answer === null) return bad(`nothing answers at ${url}: run \`tsuiseki serve\``);
  const text = await answer.text().catch(() => '');
  return text === '{"alive":true}'
    ? good(`answers at ${url}`)
    : bad(
        `another program answers at ${url}: set HTTP_PORT to another port, and start \`tsuiseki serve\` again`,
      );
}
