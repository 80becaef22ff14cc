import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { SheetWord } from '../workbook/sheet-words.ts';
import type { RowContent, WorkbookColumns } from '../workbook/types.ts';
import { id, moment } from './schema.ts';

/** A workbook's file as it was last examined: an equal version is no news, our own writing among them. */
export const workbooks = pgTable('workbooks', {
  workbook: text('workbook').primaryKey(),
  /** Nextcloud's id of the file: it stays when the file is renamed or moved. */
  fileId: text('file_id'),
  seenEtag: text('seen_etag'),
  /** SHA-256 of that version: some servers give an unchanged file a new etag. */
  seenHash: text('seen_hash'),
});

/** Saves of workbooks, as webhooks and the sweep of the folders tell of them: stored first, then examined. */
export const saves = pgTable(
  'saves',
  {
    id: id(),
    receivedAt: moment('received_at').notNull().defaultNow(),
    workbook: text('workbook').notNull(),
    source: text('source').$type<'onlyoffice' | 'nextcloud' | 'sweep'>().notNull(),
    savedBy: text('saved_by'),
    examinedAt: moment('examined_at'),
    /** What it started, or why nothing. */
    outcome: text('outcome'),
  },
  (t) => [
    index('saves_waiting')
      .on(t.workbook, t.id)
      .where(sql`examined_at is null`),
  ],
);

/** The word that people last typed into the status cell of a row, by its content; obeyed once, and answered in the cell. */
export const sheetWords = pgTable(
  'sheet_words',
  {
    workbook: text('workbook').notNull(),
    /** Of the row's content, with the installation's key. */
    contentHash: text('content_hash').notNull(),
    occurrence: integer('occurrence').notNull(),
    word: text('word').$type<SheetWord>().notNull(),
    /** As it was typed. */
    typed: text('typed').notNull(),
    obeyedAt: moment('obeyed_at').notNull().defaultNow(),
    answer: text('answer').notNull(),
    /** What the cell holds as far as is known: the word, then the answer. */
    cell: text('cell').notNull(),
    /** Where the answer is to go; null: it has gone there, or found no way. */
    answerTo: jsonb('answer_to').$type<AnswerPlace>(),
    answeredAt: moment('answered_at'),
  },
  (t) => [
    primaryKey({ columns: [t.workbook, t.contentHash, t.occurrence] }),
    index('sheet_words_unanswered')
      .on(t.workbook)
      .where(sql`answer_to is not null`),
  ],
);

/** A row as a writeback finds it. */
export interface AnswerPlace extends RowContent {
  columns: WorkbookColumns;
}

/** Sessions of editors, as the document server tells of them. */
export const editingSessions = pgTable(
  'editing_sessions',
  {
    key: text('key').primaryKey(),
    workbook: text('workbook').notNull(),
    beganAt: moment('began_at').notNull().defaultNow(),
    endedAt: moment('ended_at'),
    /** When the document server last failed to save it, nothing having been saved since. */
    saveFailedAt: moment('save_failed_at'),
  },
  (t) => [index('editing_sessions_workbook').on(t.workbook)],
);

/** Whoever writes a workbook holds its lease, until its end or, where it died, until the lease runs out. */
export const workbookLeases = pgTable('workbook_leases', {
  workbook: text('workbook').primaryKey(),
  holder: text('holder').notNull(),
  until: moment('until').notNull(),
});

/** One row a login of the file server, while something keeps it from use: every request with that login asks first. */
export const fileServers = pgTable('file_servers', {
  /** Address, user and password, hashed. */
  login: text('login').primaryKey(),
  /** The server asked to be left alone until then, with this status. */
  closedUntil: moment('closed_until'),
  closedStatus: integer('closed_status'),
  /** The login was refused: when one request may look whether it still is; null: it was not. */
  lookAt: moment('look_at'),
  /** When it was last refused, or looked at. */
  lookedAt: moment('looked_at'),
});
