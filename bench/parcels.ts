import { drift } from './parcels/drift.ts';
import { merge } from './parcels/merge.ts';
import { requery } from './parcels/requery.ts';
import { rollup } from './parcels/rollup.ts';
import { survey } from './parcels/survey.ts';
import type { Part } from './part.ts';

/** What is kept of parcels, asked after and told of them, at the sizes that are promised. */
export const parcels: readonly Part[] = [merge, drift, requery, rollup, survey];
