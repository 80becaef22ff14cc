import type { EditingSession, SessionSave } from '../db/editing-sessions.ts';
import type { NewSave } from '../db/saves.ts';

/** Where what the webhooks tell is kept. */
export interface SaveInbox {
  /** Resolves once stored; rejects while the database cannot be reached. Wakes whoever examines it by itself. */
  store(save: NewSave): Promise<void>;
  /** Resolves once stored; rejects while the database cannot be reached. */
  noteSession(session: EditingSession): Promise<void>;
  /** Resolves once stored; rejects while the database cannot be reached. */
  noteSessionSave(save: SessionSave): Promise<void>;
}
