import { isMap, isScalar, isSeq, parseDocument, YAMLMap } from 'yaml';
import type { Document, Pair } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { packageRoot } from '../paths.ts';

/** The file is no dynamic config: no YAML, or not a list of entries below each key. */
export class DynamicConfigError extends TsuisekiError<'DYNAMIC_CONFIG_UNREADABLE'> {}

/** What became of one of our entries. */
export interface MergedEntry {
  key: string;
  /** Such as `taskQueueName publish_tracking_queue`; empty for one that holds for all. */
  constraints: string;
  /** The value in force there. */
  value: unknown;
  /** `left`: theirs differs from ours and stays; `was` is what a changed one was, for `left` what ours would be. */
  outcome: 'added' | 'changed' | 'same' | 'left';
  was: unknown;
}

export interface MergedDynamicConfig {
  /** Theirs to the letter where nothing is to be changed. */
  text: string;
  entries: MergedEntry[];
}

/** The file of `temporal-config/`, whose comments tell why each entry is there. */
export function readOurDynamicConfig(): string {
  return readFileSync(join(packageRoot, 'temporal-config', 'dynamic-config.yaml'), 'utf8');
}

/**
 * Our entries in a server's own dynamic config. What is constrained to our queue is ours to set; an entry that holds
 * for all stays as its operator has it. Everything else keeps its place and its comments.
 *
 * @throws DynamicConfigError
 */
export function mergeDynamicConfig(theirs: string, ours = readOurDynamicConfig()): MergedDynamicConfig {
  const document = parsed(theirs);
  const entries: MergedEntry[] = [];
  const pairs = pairsOf(document);
  for (const pair of pairsOf(parsed(ours))) {
    const key = keyOf(pair);
    const there = pairs.find((each) => keyOf(each).toLowerCase() === key.toLowerCase());
    if (there === undefined) {
      pairs.push(pair);
      for (const item of itemsOf(pair)) entries.push(told(key, item, 'added'));
    } else for (const item of itemsOf(pair)) entries.push(mergeItem(key, itemsOf(there), item));
  }
  const isChanged = entries.some(({ outcome }) => outcome === 'added' || outcome === 'changed');
  if (!isChanged) return { text: theirs, entries };
  if (theirs.trim() === '') return { text: ours, entries };
  return { text: document.toString({ lineWidth: 0, indentSeq: !/^- /m.test(theirs) }), entries };
}

function mergeItem(key: string, items: YAMLMap[], ours: YAMLMap): MergedEntry {
  const there = items.find((each) => constraintsOf(each).toLowerCase() === constraintsOf(ours).toLowerCase());
  if (there === undefined) {
    items.push(ours);
    return told(key, ours, 'added');
  }
  const [was, value] = [there.get('value'), ours.get('value')];
  if (was === value) return told(key, there, 'same');
  if (constraintsOf(ours) === '') return { ...told(key, there, 'left'), was: value };
  there.set('value', value);
  return { ...told(key, there, 'changed'), was };
}

function told(key: string, item: YAMLMap, outcome: MergedEntry['outcome']): MergedEntry {
  return { key, constraints: constraintsOf(item), value: item.get('value'), outcome, was: null };
}

function parsed(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(errorMessage(error, 200), error);
  return document;
}

const unreadable = (text: string, cause?: unknown): DynamicConfigError =>
  new DynamicConfigError('DYNAMIC_CONFIG_UNREADABLE', `no dynamic config: ${text}`, { cause });

/** Of the document itself: what is pushed is in it. */
function pairsOf(document: Document): Pair[] {
  document.contents ??= new YAMLMap();
  if (!isMap(document.contents)) throw unreadable('it is not a map of keys');
  return document.contents.items;
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function itemsOf(pair: Pair): YAMLMap[] {
  const list = pair.value;
  if (!isSeq(list) || !list.items.every((item) => isMap(item)))
    throw unreadable(`${keyOf(pair)} is not a list of values with constraints`);
  return list.items;
}

/** The server takes their names in any case and any order. */
function constraintsOf(item: YAMLMap): string {
  const constraints = item.get('constraints');
  if (!isMap(constraints)) return '';
  return constraints.items
    .map((pair) => `${keyOf(pair)} ${String(constraints.get(pair.key))}`)
    .sort((a, b) => a.localeCompare(b))
    .join(', ');
}
