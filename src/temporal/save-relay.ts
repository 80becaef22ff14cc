import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import { noteSession, noteSessionSave } from '../db/editing-sessions.ts';
import type { EditingSession, SessionSave } from '../db/editing-sessions.ts';
import { storeSave } from '../db/saves.ts';
import type { NewSave } from '../db/saves.ts';
import { errorMessage } from '../errors.ts';
import type { SaveInbox } from '../saves/save-inbox.ts';
import type { Logger } from '../log.ts';
import { firstOf } from '../text.ts';
import { workbookSaved } from './messages.ts';
import { QUEUE_OF_WORKFLOW } from './workflows.ts';
import type { Workflows } from './workflows.ts';

const WAKE_TIMEOUT_MS = 10_000;

/** What of Temporal's client waking a save's workflow needs. */
export interface WakingClient {
  workflow: Pick<Client['workflow'], 'signalWithStart'>;
  withDeadline: Client['withDeadline'];
}

/** One workflow a workbook: saves in a burst are examined as one. */
function saveWorkflowId(workbook: string): string {
  const digest = createHash('sha256').update(workbook).digest('hex').slice(0, 16);
  return `save:${firstOf(basename(workbook), 80)}:${digest}`;
}

/** Wakes whoever examines the saves of a workbook. */
export async function wakeSave(client: WakingClient, workbook: string): Promise<void> {
  await client.withDeadline(Date.now() + WAKE_TIMEOUT_MS, () =>
    client.workflow.signalWithStart<Workflows['WorkbookSaveWorkflow']>('WorkbookSaveWorkflow', {
      workflowId: saveWorkflowId(workbook),
      taskQueue: QUEUE_OF_WORKFLOW.WorkbookSaveWorkflow,
      args: [{ workbook }],
      signal: workbookSaved,
      signalArgs: [],
      staticSummary: `save of ${firstOf(basename(workbook), 150)}`,
    }),
  );
}

/** Stores what webhooks tell of workbooks, then wakes their workflows; what cannot be woken the relay's schedule wakes. */
export class SaveRelay implements SaveInbox {
  readonly #database: Pick<Database, 'db'>;
  readonly #client: WakingClient;
  readonly #logger: Pick<Logger, 'warn'>;

  constructor(database: Pick<Database, 'db'>, client: WakingClient, logger: Pick<Logger, 'warn'>) {
    this.#database = database;
    this.#client = client;
    this.#logger = logger;
  }

  async store(save: NewSave): Promise<void> {
    await storeSave(this.#database.db, save);
    wakeSave(this.#client, save.workbook).catch((error: unknown) => {
      this.#logger.warn(
        { error: errorMessage(error) },
        'a save was stored and not examined; the relay will see to it',
      );
    });
  }

  async noteSession(session: EditingSession): Promise<void> {
    await noteSession(this.#database.db, session);
  }

  async noteSessionSave(save: SessionSave): Promise<void> {
    await noteSessionSave(this.#database.db, save);
  }
}
