import { randomUUID } from 'node:crypto';
import type { PersonMessage } from '../../../src/temporal/messages.ts';

/** A new message of a person: repeated, it has the same id. */
export const newMessage = (why: string | null = null, by = 'mei'): PersonMessage => ({
  id: randomUUID(),
  by,
  why,
});
