import { TRACKING_TASKS } from '../tasks/registry.ts';
import { BATCH_ID } from './new-batch.ts';

const prefixes = TRACKING_TASKS.map(({ customIdPrefix }) => customIdPrefix).join('|');
const OWN = new RegExp(`^(?:rtjpt-from-)?(?:${prefixes})-${BATCH_ID}-\\d+$`);

/** The custom_id of a batch's job: new for each attempt. */
export function customIdOf(prefix: string, batchId: string, seq: number): string {
  return `${prefix}-${batchId}-${seq}`;
}

/** Whether a custom_id has the form of ours, its job known here or not. */
export function isOwnCustomId(customId: string): boolean {
  return OWN.test(customId);
}
