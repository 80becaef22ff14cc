import { burst } from './durability/burst.ts';
import { chaos } from './durability/chaos.ts';
import { events } from './durability/events.ts';
import { figures } from './durability/figures.ts';
import { kills } from './durability/kills.ts';
import { large } from './durability/large.ts';
import { lost } from './durability/lost.ts';
import { oneJob } from './durability/one-job.ts';
import { restarts } from './durability/restarts.ts';
import { speed } from './durability/speed.ts';
import type { Part } from './part.ts';

/** Nothing is stranded, nothing done twice, and none of it costs more with the years. */
export const durability: readonly Part[] = [
  figures,
  lost,
  kills,
  restarts,
  speed,
  oneJob,
  burst,
  events,
  large,
  chaos,
];
