import type { FastifyInstance, FastifyRequest } from 'fastify';
import { batchStatus } from '../../batches/status.ts';
import { findBatch } from '../../db/batches.ts';
import type { Batch } from '../../db/batches.ts';
import { fieldsOf } from '../../json-fields.ts';
import { withoutPersonalData } from '../../redact.ts';
import { ApiProblem } from './api-error.ts';
import { batchIn } from './batch-routes.ts';
import type { ApiContext } from './context.ts';
import type { Action, ActionDone, Preview } from './contract.ts';
import { doAction } from './do-action.ts';
import { previewOf } from './preview.ts';
import { meantOf, oneOf, textOf } from './request-fields.ts';

const ACTIONS: readonly Action[] = ['pause', 'resume', 'cancel', 'retry', 'give-up', 'write'];
/** The numbers of fifty thousand rows. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const LONGEST_WHY = 500;

/** What can be done to a batch; each act tells beforehand what it will touch, and afterwards what it took. */
export function actionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { deps, live } = context;
  const options = { bodyLimit: BODY_LIMIT_BYTES };

  app.post('/api/batches/:batch/preview', options, async (request): Promise<Preview> => {
    const batch = await batchIn(context, request);
    const body = fieldsOf(request.body);
    return previewOf(context, batch, actionOf(body), meantOf(body));
  });

  app.post('/api/batches/:batch/actions', options, async (request): Promise<ActionDone> => {
    const batch = await batchIn(context, request);
    const body = fieldsOf(request.body);
    const id = textOf(body, 'id');
    if (id === null) throw new ApiProblem('BAD_REQUEST', 'id is missing: one of its own for each act');
    const order = {
      action: actionOf(body),
      message: { id: `${batch.id} ${id}`, by: whoOf(request), why: whyIn(body) },
      meant: meantOf(body),
      drop: body['drop'] === true,
    };
    try {
      const done = await doAction(deps, batch, order);
      return { ...done, status: await statusNow(context, batch) };
    } finally {
      live.clear();
    }
  });
}

/** It goes into the batch's history. */
function whyIn(body: Readonly<Record<string, unknown>>): string | null {
  const why = textOf(body, 'why', LONGEST_WHY);
  return why === null ? null : withoutPersonalData(why);
}

function actionOf(body: Readonly<Record<string, unknown>>): Action {
  const action = oneOf(body, 'action', ACTIONS);
  if (action === null) throw new ApiProblem('BAD_REQUEST', `action is one of ${ACTIONS.join(', ')}`);
  return action;
}

/** The guard lets nobody come here who is not told. */
export function whoOf({ visitor }: FastifyRequest): string {
  if (visitor === null) throw new TypeError('a route that is not behind the guard');
  return visitor.name;
}

async function statusNow({ deps }: ApiContext, batch: Batch) {
  const { db } = deps.database;
  return batchStatus(db, (await findBatch(db, batch.id)) ?? batch, deps.settings);
}
