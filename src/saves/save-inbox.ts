/** A save of a workbook, as told by a webhook. */
export interface NewSave {
  /** Where the workbook is, canonical: `webdav:/a/b.xlsx`. */
  workbook: string;
  source: 'onlyoffice' | 'nextcloud';
  /** The user's id where it was told. */
  savedBy: string | null;
}

/** A document server's editing session, by its `key`: began (callback status 1) or ended (2, 4); 6 leaves it open. */
export interface EditingSession {
  workbook: string;
  key: string;
  open: boolean;
}

/** Where what the webhooks tell is kept. */
export interface SaveInbox {
  /** Resolves once stored; rejects while the database cannot be reached. Wakes whoever examines it by itself. */
  store(save: NewSave): Promise<void>;
  /** Resolves once stored; rejects while the database cannot be reached. */
  noteSession(session: EditingSession): Promise<void>;
}
