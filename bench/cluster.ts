import { serverMissing } from '../cluster/server-programs.ts';
import { apply } from './cluster/apply.ts';
import { batches } from './cluster/batches.ts';
import { chaosPart } from './durability/chaos.ts';
import { bareEnvironment } from './fleet.ts';
import type { Part } from './part.ts';

/** Needs the server itself, which is built with Go. */
export const onCluster = (part: Part): Part => ({ ...part, missing: () => serverMissing(bareEnvironment()) });

/** On Temporal's own server, its services processes of their own with Postgres: the engine that users grow into. */
export const cluster: readonly Part[] = [
  apply,
  batches,
  chaosPart({ name: 'chaos', minutes: 2, seed: 'cluster', cluster: true, longestStopMs: 30_000 }),
].map(onCluster);
