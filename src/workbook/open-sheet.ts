import { basename } from 'node:path';

import { damaged, noSheet, readingPart, tooLarge } from './failure.ts';
import type { WorkbookLimits } from './limits.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { findParts } from './package-parts.ts';
import type { WorkbookParts } from './package-parts.ts';
import { checkProtection } from './protection.ts';
import { readTargets } from './relationships.ts';
import { CellTexts } from './sheet/cell-texts.ts';
import { readNumberFormats } from './sheet/number-formats.ts';
import type { RowLinks } from './sheet/row-links.ts';
import { NotAWorksheet, scanSheet } from './sheet/sheet-scanner.ts';
import type { SheetFacts, SheetVisitor } from './sheet/sheet-scanner.ts';
import { scanSharedStrings } from './sheet/shared-strings.ts';
import type { SharedStringVisitor } from './sheet/shared-strings.ts';
import { readTables } from './sheet/tables.ts';
import { readPivotTables } from './sheet/pivot-tables.ts';
import type { FixedCells } from './sheet/write-obstacles.ts';
import { TextFilter } from './sheet/text-filter.ts';
import type { SignedWorkbooks } from './types.ts';
import { Archive } from './zip/archive.ts';

/** How workbooks are opened, for reading and for patching alike. */
export interface OpenOptions {
  /** The workbook's name in messages; its file's base name unless given. */
  name?: string;
  limits?: Partial<WorkbookLimits>;
  /** `warn` unless given. */
  signedWorkbooks?: SignedWorkbooks;
}

/** An open workbook at its active sheet: what reading and patching have in common. */
export class OpenSheet {
  readonly archive: Archive;
  readonly parts: WorkbookParts;
  readonly texts: CellTexts;

  private constructor(archive: Archive, parts: WorkbookParts, texts: CellTexts) {
    this.archive = archive;
    this.parts = parts;
    this.texts = texts;
  }

  /** @throws {WorkbookError} */
  static async open(path: string, options: OpenOptions): Promise<OpenSheet> {
    const { name = basename(path), limits = {}, signedWorkbooks = 'warn' } = options;
    const archive = await Archive.open(path, name, { ...DEFAULT_LIMITS, ...limits });
    try {
      const parts = await findParts(archive);
      checkProtection(name, parts.protection, signedWorkbooks);
      const { stylesPart } = parts;
      const formats =
        stylesPart === null
          ? []
          : await readingPart(name, stylesPart, () => readNumberFormats(archive.chunks(stylesPart)));
      return new OpenSheet(archive, parts, new CellTexts(formats, parts.date1904));
    } catch (error) {
      await archive.close();
      throw error;
    }
  }

  /** @throws {WorkbookError} */
  async scan(columns: readonly number[], visitor: SheetVisitor): Promise<SheetFacts> {
    const { name } = this.archive;
    const { sheet, sheetPart } = this.parts;
    return readingPart(name, sheetPart, async () => {
      try {
        return await scanSheet(this.archive.chunks(sheetPart), columns, visitor);
      } catch (error) {
        if (!(error instanceof NotAWorksheet)) throw error;
        throw noSheet(
          name,
          `the active sheet ${JSON.stringify(sheet)} is a ${error.message} and no worksheet`,
        );
      }
    });
  }

  /**
   * What stands behind the rows: the targets of links, which `links` then gives out, and the cells that tables
   * and pivot tables hold fast.
   *
   * @throws {WorkbookError}
   */
  async surroundings(
    facts: SheetFacts,
    links: RowLinks,
  ): Promise<{ targets: ReadonlyMap<string, string>; fixed: FixedCells[] }> {
    const { sheetPart } = this.parts;
    const targets = new Map(facts.tableIds.map((id) => [id, '']));
    links.assign(targets);
    if (targets.size > 0) await readTargets(this.archive, sheetPart, targets);
    const tables = await readTables(this.archive, sheetPart, facts.tableIds, targets);
    const pivotTables = await readPivotTables(this.archive, sheetPart);
    return { targets, fixed: [...tables, ...pivotTables].map(({ fixed }) => fixed) };
  }

  /**
   * The shared strings of these indices.
   *
   * @throws {WorkbookError} `WORKBOOK_TOO_LARGE` when their texts exceed the limit
   */
  async sharedStrings(indices: ReadonlySet<number>): Promise<Map<number, string>> {
    if (indices.size === 0) return new Map<number, string>();
    const { archive, parts } = this;
    const known = parts.sharedStringsPart !== null && archive.isSound(parts.sharedStringsPart);
    let last = known ? 0 : Infinity;
    for (const index of indices) last = Math.max(last, index);
    return this.#keepStrings({ wanted: (index) => indices.has(index), last }, (text) => text);
  }

  /**
   * The shared strings that are one of these texts, each of which stands under itself.
   *
   * @throws {WorkbookError}
   */
  async sharedStringsOf(texts: ReadonlyMap<string, string>): Promise<Map<number, string>> {
    const filter = new TextFilter(texts.keys());
    const mayBe = (bytes: Buffer, start: number, end: number): boolean => filter.mayBe(bytes, start, end);
    return this.#keepStrings({ wanted: () => true, mayBe }, (text) => texts.get(text));
  }

  async #keepStrings(
    choice: Omit<SharedStringVisitor, 'keep'>,
    keptAs: (text: string) => string | undefined,
  ): Promise<Map<number, string>> {
    const { archive } = this;
    const part = this.parts.sharedStringsPart;
    const kept = new Map<number, string>();
    if (part === null) return kept;
    let length = 0;
    const keep = (index: number, decoded: string): void => {
      const text = keptAs(decoded);
      if (text === undefined) return;
      kept.set(index, text);
      length += text.length;
      if (length > archive.limits.maxTextLength)
        throw tooLarge(archive.name, 'its texts do not fit into memory');
    };
    await readingPart(archive.name, part, () => scanSharedStrings(archive.chunks(part), { ...choice, keep }));
    return kept;
  }

  /** @throws {WorkbookError} `WORKBOOK_DAMAGED` when a cell names a string that is not there */
  textOf(text: string | number, strings: ReadonlyMap<number, string>): string {
    if (typeof text === 'string') return text;
    const shared = strings.get(text);
    if (shared === undefined)
      throw damaged(this.archive.name, `a cell names the shared string ${text}, which is not there`);
    return shared;
  }

  async close(): Promise<void> {
    await this.archive.close();
  }
}
