import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { packageRoot } from '../paths.ts';

/** `temporal.api.enums.v1.IndexedValueType`: its numbers are part of the wire format. */
const INDEXED_VALUE_TYPES = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
} as const;

/** As the CLI writes them, too (`--search-attribute NAME=Type`). */
export type SearchAttributeTypeName = keyof typeof INDEXED_VALUE_TYPES;
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeTypeName>>;

export interface TemporalNamespaceConfig {
  readonly searchAttributes: SearchAttributeTypes;
  /** How long the histories of ended workflows are kept at least. */
  readonly retentionDays: number;
}

/**
 * - `CONFIG_REFUSED`: the server does not let us, or its limit of search attributes is reached;
 * - `TYPE_CONFLICT`: a search attribute is there with another type;
 * - `NOT_VISIBLE`: what was made is still not to be seen after the time given.
 */
export class TemporalConfigError extends TsuisekiError<'CONFIG_REFUSED' | 'TYPE_CONFLICT' | 'NOT_VISIBLE'> {}

export interface AppliedTemporalConfig {
  readonly namespaceCreated: boolean;
  readonly retention: AppliedRetention;
  readonly searchAttributesAdded: readonly string[];
}

export interface AppliedRetention {
  /** In force now. */
  readonly days: number;
  readonly raised: boolean;
  /** Shorter than it should be, and why the server does not let us change it; as a rule Temporal Cloud. */
  readonly refused: string | null;
}

/** grpc-js status codes. */
const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;

const DAY_MS = 86_400_000;

const POLL_MS = 50;
/** Servers keep namespaces in a cache that they read anew every 2 to 10 s. */
const DEFAULT_VISIBLE_TIMEOUT_MS = 30_000;

/** What `temporal-config/` says about the namespace: the one place for it. */
export function readTemporalNamespaceConfig(): TemporalNamespaceConfig {
  const { retentionDays } = readData('namespace.json') as { retentionDays: number };
  return { searchAttributes: readData('search-attributes.json') as SearchAttributeTypes, retentionDays };
}

function readData(name: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot, 'temporal-config', name), 'utf8'));
}

/**
 * Makes the namespace when it is missing, lengthens its retention when it is shorter, adds the search attributes it
 * lacks, and returns when they can be used. May be run any number of times, by several processes at once; changes
 * nothing else that is there.
 *
 * @throws TemporalConfigError
 */
export async function applyTemporalConfig(
  connection: Connection,
  namespace: string,
  config: TemporalNamespaceConfig = readTemporalNamespaceConfig(),
  visibleTimeoutMs = DEFAULT_VISIBLE_TIMEOUT_MS,
): Promise<AppliedTemporalConfig> {
  const { namespaceCreated, retention } = await ensureNamespace(connection, namespace, config.retentionDays);
  const deadlineMs = Date.now() + visibleTimeoutMs;
  const before = await readAttributesOnceVisible(connection, namespace, deadlineMs);
  const missing = missingAttributes(before, config.searchAttributes, namespace);
  if (missing.length > 0) {
    await addAttributes(connection, namespace, config.searchAttributes, missing);
    await waitForAttributes(connection, namespace, config.searchAttributes, deadlineMs);
  }
  return { namespaceCreated, retention, searchAttributesAdded: missing };
}

function hasGrpcCode(error: unknown, code: number): boolean {
  if (!isGrpcServiceError(error)) return false;
  const actual: number = error.code;
  return actual === code;
}

function refused(what: string, error: unknown): TemporalConfigError {
  return new TemporalConfigError('CONFIG_REFUSED', `${what}: ${errorMessage(error, 300)}`, { cause: error });
}

async function ensureNamespace(
  connection: Connection,
  namespace: string,
  retentionDays: number,
): Promise<Pick<AppliedTemporalConfig, 'namespaceCreated' | 'retention'>> {
  const { workflowService } = connection;
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    const days = (optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) / DAY_MS;
    const retention = await ensureRetention(connection, namespace, days, retentionDays);
    return { namespaceCreated: false, retention };
  } catch (error) {
    if (!hasGrpcCode(error, GRPC_NOT_FOUND)) throw refused(`namespace ${namespace} cannot be read`, error);
  }
  const made = { days: retentionDays, raised: false, refused: null };
  try {
    await workflowService.registerNamespace({
      namespace,
      description: 'Tsuiseki: parcels of workbooks, tracked',
      workflowExecutionRetentionPeriod: msToTs(retentionDays * DAY_MS),
    });
    return { namespaceCreated: true, retention: made };
  } catch (error) {
    if (hasGrpcCode(error, GRPC_ALREADY_EXISTS)) return { namespaceCreated: false, retention: made };
    throw refused(`namespace ${namespace} cannot be made`, error);
  }
}

/** A longer one is its operator's wish. A refusal is told and no more: a batch runs with a short one as well. */
async function ensureRetention(
  { workflowService }: Connection,
  namespace: string,
  days: number,
  leastDays: number,
): Promise<AppliedRetention> {
  if (days >= leastDays) return { days, raised: false, refused: null };
  try {
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(leastDays * DAY_MS) },
    });
    return { days: leastDays, raised: true, refused: null };
  } catch (error) {
    return { days, raised: false, refused: errorMessage(error, 200) };
  }
}

/**
 * The search attributes that a namespace lacks; asked once, without waiting for a cache.
 *
 * @throws TemporalConfigError one is there with another type
 */
export async function missingSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return missingAttributes(customAttributes, readTemporalNamespaceConfig().searchAttributes, namespace);
}

type AttributeNumbers = Readonly<Record<string, unknown>>;

/** A namespace made a moment ago is unknown to the server's own cache for some seconds. */
async function readAttributesOnceVisible(
  connection: Connection,
  namespace: string,
  deadlineMs: number,
): Promise<AttributeNumbers> {
  for (;;) {
    try {
      const answer = await connection.operatorService.listSearchAttributes({ namespace });
      return answer.customAttributes;
    } catch (error) {
      if (hasGrpcCode(error, GRPC_NOT_FOUND) && Date.now() < deadlineMs) await sleep(POLL_MS);
      else throw refused(`search attributes of ${namespace} cannot be read`, error);
    }
  }
}

function missingAttributes(
  present: AttributeNumbers,
  wanted: SearchAttributeTypes,
  namespace: string,
): string[] {
  const missing: string[] = [];
  for (const [name, type] of Object.entries(wanted)) {
    const number = present[name];
    if (number === undefined) missing.push(name);
    else if (Number(number) !== INDEXED_VALUE_TYPES[type]) {
      const text = `search attribute ${name} of ${namespace} has type ${typeName(number)}, not ${type}`;
      throw new TemporalConfigError('TYPE_CONFLICT', text);
    }
  }
  return missing;
}

function typeName(number: unknown): string {
  const found = Object.entries(INDEXED_VALUE_TYPES).find(([, value]) => value === Number(number));
  return found?.[0] ?? String(number);
}

async function addAttributes(
  connection: Connection,
  namespace: string,
  wanted: SearchAttributeTypes,
  names: readonly string[],
): Promise<void> {
  const searchAttributes = Object.fromEntries(
    names.flatMap((name) => {
      const type = wanted[name];
      return type === undefined ? [] : [[name, INDEXED_VALUE_TYPES[type]]];
    }),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (hasGrpcCode(error, GRPC_ALREADY_EXISTS)) return;
    throw refused(`search attributes cannot be added to ${namespace}`, error);
  }
}

async function waitForAttributes(
  connection: Connection,
  namespace: string,
  wanted: SearchAttributeTypes,
  deadlineMs: number,
): Promise<void> {
  for (;;) {
    const present = await readAttributesOnceVisible(connection, namespace, deadlineMs);
    const missing = missingAttributes(present, wanted, namespace);
    if (missing.length === 0) return;
    if (Date.now() >= deadlineMs) {
      const text = `search attributes of ${namespace} are added but not yet to be seen: ${missing.join(', ')}`;
      throw new TemporalConfigError('NOT_VISIBLE', text);
    }
    await sleep(POLL_MS);
  }
}
