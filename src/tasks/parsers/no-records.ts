import type { ResultParser } from '../result.ts';

/** For a task that publishes no scraping jobs: no CSV of it exists, so none holds a result. */
export const parseNothing: ResultParser = () => null;
