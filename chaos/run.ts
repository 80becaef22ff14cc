import { join } from 'node:path';
import type { Cleanup } from '../bench/cleanup.ts';
import { Dice } from '../src/sandbox/dice.ts';
import { account } from './account.ts';
import { act, pause } from './actor.ts';
import { FINDING_KINDS } from './audit.ts';
import type { Finding } from './audit.ts';
import { desk } from './desk.ts';
import { Diary } from './diary.ts';
import { keepEvidence } from './evidence.ts';
import { killer } from './killer.ts';
import { Ledger } from './ledger.ts';
import type { Book } from './ledger.ts';
import { network } from './network.ts';
import { person } from './person.ts';
import { settle } from './settle.ts';
import { starter } from './starter.ts';
import { NEXTCLOUD_TOKEN, startSystem } from './system.ts';

/** The kinds of trouble there are; without any, batches are started and must come out right. */
export const TROUBLES = ['kill', 'stop', 'network', 'account', 'colleague', 'person'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface ChaosOptions {
  /** How long there is trouble; starting and settling come besides. */
  minutes: number;
  seed: string;
  troubles: ReadonlySet<Trouble>;
  /** On a Temporal cluster; unless given on the dev server. */
  cluster?: boolean;
  /** From the last fault until everything must be right. */
  boundMs: number;
  longestStopMs: number;
  progress: (line: string) => void;
  /** Ends the run without a report. */
  signal: AbortSignal;
}

export interface ChaosReport {
  seed: string;
  minutes: number;
  troubles: Trouble[];
  /** From the last fault until everything was right. */
  settledSeconds: number;
  did: Record<string, number>;
  figures: Record<Finding['kind'], number>;
  findings: Finding[];
  /** Where logs and tables were kept; null: there was no finding. */
  evidence: string | null;
}

/** One run: trouble for so many minutes, then quiet, then the audit. What it starts is in the cleanup. */
export async function runChaos(options: ChaosOptions, cleanup: Cleanup): Promise<ChaosReport> {
  const { minutes, seed, troubles, cluster = false, boundMs, longestStopMs, progress, signal } = options;
  const day = new Date();
  const system = await startSystem(cleanup, { day, cluster, onProgress: progress });
  const diary = new Diary(join(system.folder, 'data', 'logs', 'chaos.log'));
  const ledger = new Ledger();
  const dice = (name: string) => new Dice(`${seed} ${name}`);
  async function tell({ path }: Book): Promise<void> {
    const answer = await fetch(`${system.http}/webhooks/nextcloud`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nextcloud-webhook-token': NEXTCLOUD_TOKEN },
      body: JSON.stringify({ event: 'file_changed', path: `/${path}`, user: 'mika' }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) throw new TypeError(`a save was answered ${answer.status}`);
  }

  const quiet = new AbortController();
  signal.addEventListener('abort', () => quiet.abort());
  const { dav, links, sandbox } = system;
  const people = { diary, ledger, tell };
  const actors = [starter({ ...people, dice: dice('starter'), system })];
  if (troubles.has('person')) actors.push(person(dice('person'), diary, ledger, system));
  if (troubles.has('colleague')) actors.push(desk({ ...people, dice: dice('colleague'), dav }));
  if (troubles.has('account')) actors.push(account(dice('account'), diary, sandbox));
  if (troubles.has('network')) actors.push(network(dice('network'), diary, links));
  const [kills, stops] = [troubles.has('kill'), troubles.has('stop')];
  const { victims } = system;
  if (kills || stops)
    actors.push(killer({ dice: dice('killer'), diary, kills, stops, longestStopMs, victims }));

  progress(`trouble for ${minutes} minutes: ${[...troubles].join(', ') || 'none'}; seed ${seed}`);
  const trouble = Promise.all(actors.map((actor) => act(actor, diary, quiet.signal)));
  cleanup.add('the actors', async () => {
    quiet.abort();
    await trouble;
  });
  await pause(minutes * 60_000, quiet.signal);
  quiet.abort();
  await trouble;
  signal.throwIfAborted();
  sandbox.clearFaults();
  progress('quiet; waiting for all to come right');
  diary.say('quiet');
  const quietMs = performance.now();
  const findings = await settle({ system, ledger, diary, day, boundMs, tell, signal });
  const settledSeconds = Math.round((performance.now() - quietMs) / 1_000);
  const figures = Object.fromEntries(
    FINDING_KINDS.map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length]),
  ) as ChaosReport['figures'];
  const evidence = findings.length === 0 ? null : await keepEvidence(system, findings);
  const did = diary.counts();
  return { seed, minutes, troubles: [...troubles], settledSeconds, did, figures, findings, evidence };
}
