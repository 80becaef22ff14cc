import type { UnknownText } from '../../carriers/judge-history.ts';
import type { Learnt } from '../../db/parcels.ts';
import { CALLS_A_JOB } from './answer-named.ts';
import type { AnsweredRows } from './answer-named.ts';
import type { FileEncoding } from './encoding.ts';
import type { Layout } from './layout.ts';
import type { FileEvent, Refused } from './read-event.ts';
import type { ShipperFile } from './shipper-file.ts';

/** What an import did, or would do. */
export interface Imported {
  file: string;
  dryRun: boolean;
  encoding: FileEncoding;
  layout: Layout['name'];
  /** Its first line was taken for what it says of the file as a whole. */
  header: boolean;
  events: { read: number; new: number; takenBack: number };
  parcels: { new: number; changed: number };
  /** `answered`: without a result until now; `updated`: with an older one; `toWrite`: of both, those with a workbook. */
  rows: { answered: number; updated: number; toWrite: number; left: number };
  callsSaved: number;
  batches: string[];
  unknownTexts: string[];
  /** Lines that were not taken, and those to be looked at: how many, and the first of them. */
  refused: { lines: number; first: Refused[] };
  warnings: { lines: number; first: Refused[] };
}

/** A file of another kind is refused in every line: nobody reads so many. */
const LINES_TOLD = 1_000;

/** Adds up what an import does, lot by lot. */
export class FileImport {
  readonly name: string;
  takenBack = 0;
  readonly #about: Pick<Imported, 'file' | 'dryRun' | 'encoding' | 'layout' | 'header'>;
  readonly #refused: Imported['refused'] = { lines: 0, first: [] };
  readonly #warnings: Imported['warnings'] = { lines: 0, first: [] };
  readonly #parcels = { new: new Set<string>(), changed: new Set<string>() };
  readonly #rows = { answered: new Set<number>(), updated: new Set<number>(), left: new Set<number>() };
  readonly #toWrite = new Set<number>();
  readonly #batches = new Set<string>();
  readonly #unknown = new Set<string>();
  #read = 0;
  #new = 0;
  #jobs = 0;

  constructor({ name, encoding, layout }: ShipperFile, dryRun: boolean) {
    this.name = name;
    this.#about = { file: name, dryRun, encoding, layout: layout.name, header: layout.hasHeader };
  }

  read(read: FileEvent | Refused): void {
    if ('reason' in read) return this.refuse(read);
    this.#read += 1;
    if (read.warning !== null) add(this.#warnings, { line: read.line, reason: read.warning });
  }

  refuse(refused: Refused): void {
    add(this.#refused, refused);
  }

  unknown(texts: readonly UnknownText[]): void {
    for (const { text } of texts) this.#unknown.add(text);
  }

  learnt(learnt: readonly Learnt[]): void {
    for (const { key, isNew, isChanged, events } of learnt) {
      this.#new += events;
      if (isNew) this.#parcels.new.add(key.number);
      else if (isChanged && !this.#parcels.new.has(key.number)) this.#parcels.changed.add(key.number);
    }
  }

  answers({ answered, updated, left }: AnsweredRows): void {
    for (const { id } of left) this.#rows.left.add(id);
    for (const { id } of answered) this.#rows.answered.add(id);
    for (const { id } of updated) if (!this.#rows.answered.has(id)) this.#rows.updated.add(id);
    for (const { id, batchId, workbook } of [...answered, ...updated]) {
      this.#rows.left.delete(id);
      this.#batches.add(batchId);
      if (workbook !== null) this.#toWrite.add(id);
    }
  }

  spared(jobIds: readonly number[]): void {
    this.#jobs += jobIds.length;
  }

  /** Rows without a result until now. */
  get answered(): readonly number[] {
    return [...this.#rows.answered];
  }

  told(): Imported {
    const { answered, updated, left } = this.#rows;
    return {
      ...this.#about,
      events: { read: this.#read, new: this.#new, takenBack: this.takenBack },
      parcels: { new: this.#parcels.new.size, changed: this.#parcels.changed.size },
      rows: {
        answered: answered.size,
        updated: updated.size,
        toWrite: this.#toWrite.size,
        left: left.size,
      },
      callsSaved: this.#jobs * CALLS_A_JOB,
      batches: [...this.#batches],
      unknownTexts: [...this.#unknown],
      refused: this.#refused,
      warnings: this.#warnings,
    };
  }
}

function add(told: { lines: number; first: Refused[] }, line: Refused): void {
  told.lines += 1;
  if (told.first.length < LINES_TOLD) told.first.push(line);
}
