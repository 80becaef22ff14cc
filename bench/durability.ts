import { figures } from './figures.ts';
import type { Part } from './part.ts';

/** Nothing is stranded, nothing done twice, and none of it costs more with the years. */
export const durability: readonly Part[] = [figures];
