import { wrongTokens } from './operations/flood.ts';
import { memory } from './operations/memory.ts';
import { page } from './operations/page.ts';
import { secondStart } from './operations/second-start.ts';
import type { Part } from './part.ts';

/** What those who run the system look at, and what they can count on meanwhile. */
export const operations: readonly Part[] = [page, wrongTokens, memory, secondStart];
