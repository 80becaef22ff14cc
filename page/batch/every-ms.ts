import type { BatchView } from '../../src/http/api/contract.ts';
import { LIVE_MS } from '../live.ts';

/** An ended batch changes when somebody retries rows or a workbook is saved again. */
const ENDED_EVERY_MS = 10_000;

/** How far apart a batch is asked for. */
export const everyMsOf = ({ status }: BatchView): number =>
  status.finishedAt === null ? LIVE_MS : ENDED_EVERY_MS;
