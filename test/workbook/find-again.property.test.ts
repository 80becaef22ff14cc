import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import type { CellOutcome } from '../../src/workbook/types.ts';
import { anyWorkbook } from '../support/workbook/any-sheet.ts';
import type { AnyCell, AnyRow, Layout, Written } from '../support/workbook/any-sheet.ts';
import { editOf, testFolder } from '../support/workbook/folder.ts';
import { rawParts, SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import type { Encoding } from '../support/workbook/raw-workbook.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();

const someStyle = fc.constantFrom(null, null, 3, 7);
const cellOf = (kinds: readonly AnyCell['kind'][], texts: readonly string[]): fc.Arbitrary<AnyCell | null> =>
  fc.option(
    fc.record({ kind: fc.constantFrom(...kinds), text: fc.constantFrom(...texts), style: someStyle }),
    { freq: 3 },
  );
const TEXTS = ['str', 'inlineStr', 's', 'rich', 'cdata'] as const;
const ODD = ['e', 'b', 'formula', 'empty'] as const;

/** Few contents, so that rows are alike; many ways to store them. */
const someRow: fc.Arbitrary<Omit<AnyRow, 'note'>> = fc.record({
  input: fc.oneof(
    {
      weight: 6,
      arbitrary: cellOf(
        [...TEXTS, 'calculated', 'link'],
        ['W1', 'W1', 'W2', 'w1', ' W1', ' ', 'a& < b', 'a\0b', '398004123005'],
      ),
    },
    { weight: 1, arbitrary: cellOf(['n'], ['398004123005', '3.98004123005E11']) },
    { weight: 1, arbitrary: cellOf(ODD, ['']) },
  ),
  email: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    cellOf(TEXTS, ['a@y', 'b@y', ' ']),
    cellOf(ODD, ['']),
  ),
  result: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    cellOf(TEXTS, ['旧｜｜｜1｜｜｜', '電話済み', ' ']),
    cellOf(['n', 'calculated', 'empty'], ['5']),
  ),
  status: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    cellOf(TEXTS, ['待ち', '失敗 x', 'メモ', ' ']),
    cellOf(['n', 'calculated', 'empty'], ['5']),
  ),
  link: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    fc.record({ target: fc.constantFrom('x', 'y&z'), external: fc.boolean() }),
  ),
  style: someStyle,
  hidden: fc.boolean(),
});

/** Any order of the columns, the note's among them, with gaps or without. */
const someColumns = fc
  .shuffledSubarray(['A', 'B', 'C', 'D', 'E', 'F', 'Z', 'AA'], { minLength: 5, maxLength: 5 })
  .chain(([input = '', email = '', result = '', note = '', status = '']) =>
    fc.record({
      columns: fc.record({
        input: fc.constant(input),
        email: fc.constant(email),
        result: fc.constant(result),
        status: fc.constantFrom(status, status, null),
      }),
      note: fc.constant(note),
    }),
  );

const someWriter: fc.Arbitrary<Omit<Layout, 'columns' | 'note'>> = fc.record({
  rowReferences: fc.boolean(),
  cellReferences: fc.boolean(),
  spans: fc.boolean(),
  dimension: fc.boolean(),
  columnStyle: someStyle,
  prefix: fc.constantFrom('', '', 'x:'),
  encoding: fc.constantFrom<Encoding>('UTF-8', 'UTF-8', 'UTF-8', 'UTF-16LE', 'UTF-16BE'),
});

type Change = (rows: readonly AnyRow[]) => AnyRow[];

const edited = (key: 'input' | 'email' | 'result' | 'status' | 'link' | 'style') =>
  fc.tuple(fc.nat(), someRow).map(
    ([at, other]): Change =>
      (rows) =>
        rows.map((row, index) => (index === at % rows.length ? { ...row, [key]: other[key] } : row)),
  );

/** What people do to rows between reading and writing. */
const someChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), someRow).map(
    ([at, row]): Change =>
      (rows) =>
        rows.toSpliced(at % (rows.length + 1), 0, { ...row, note: 'new' }),
  ),
  fc.nat().map(
    (at): Change =>
      (rows) =>
        rows.toSpliced(at % (rows.length + 1), 1),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]): Change => (rows) => {
    const moved = rows.slice(from % (rows.length + 1)).slice(0, 1);
    return rows.toSpliced(from % (rows.length + 1), 1).toSpliced(to % (rows.length + 1), 0, ...moved);
  }),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]): Change => (rows) => {
    const copied = rows
      .slice(from % (rows.length + 1))
      .slice(0, 1)
      .map((row) => ({ ...row, note: 'new' }));
    return rows.toSpliced(to % (rows.length + 1), 0, ...copied);
  }),
  ...(['input', 'email', 'result', 'status', 'link', 'style'] as const).map(edited),
  fc.constant<Change>((rows) => rows.toSorted((x, y) => (contentOf(x) < contentOf(y) ? -1 : 1))),
  fc.constant<Change>((rows) => rows.toReversed()),
);

/** What a person sees in the cell. */
function textOf(cell: AnyCell | null): string {
  if (cell === null) return '';
  switch (cell.kind) {
    case 'formula':
    case 'empty':
      return '';
    case 'e':
      return '#N/A';
    case 'b':
      return 'TRUE';
    case 'n':
      return String(Number(cell.text));
    default:
      return cell.text.replaceAll('\0', '\uFFFD');
  }
}

function urlOf({ input, link }: AnyRow): string | null {
  if (link !== null) return link.external ? link.target : `#${link.target}`;
  return input?.kind === 'link' ? 'https://example.jp/f' : null;
}

function contentOf(row: AnyRow): string {
  return JSON.stringify([textOf(row.input), urlOf(row), textOf(row.email)]);
}

/** Whether it is a row at all: a formula without a result is one, an empty cell is not. */
function isRow({ input, email }: AnyRow): boolean {
  return (
    input?.kind === 'formula' || email?.kind === 'formula' || (textOf(input) + textOf(email)).trim() !== ''
  );
}

function isFormula(cell: AnyCell | null): boolean {
  return cell?.kind === 'formula' || cell?.kind === 'calculated';
}

/** The place of each row found that some row read is, found here by comparing all with all; -1 for the others. */
function originsOf(read: readonly AnyRow[], found: readonly AnyRow[]): number[] {
  const occurrence = (rows: readonly AnyRow[], at: number): number =>
    rows.slice(0, at).filter((row) => isRow(row) && contentOf(row) === contentOf(rows[at]!)).length;
  return found.map((row, at) => {
    if (!isRow(row)) return -1;
    return read.findIndex(
      (each, index) =>
        isRow(each) &&
        contentOf(each) === contentOf(row) &&
        occurrence(read, index) === occurrence(found, at),
    );
  });
}

const resultFor = (row: number): string => `${row} <済> & ｜｜｜ `;
const statusFor = (row: number): string => `完了 ${row}`;

function outcomesFor(row: AnyRow, hasStatus: boolean): Pick<CellOutcome, 'outcome' | 'status' | 'before'> {
  const [result, status] = [textOf(row.result), textOf(row.status)];
  const outcome = isFormula(row.result)
    ? 'formula'
    : result.trim() === '' || result.includes('｜')
      ? 'written'
      : 'person';
  const isOurs = !isFormula(row.status) && (status.trim() === '' || /^(?:待ち|失敗)/.test(status));
  return {
    outcome,
    before: outcome === 'written' ? result : null,
    status: hasStatus ? (isOurs ? 'written' : 'left') : null,
  };
}

it('every text lands in the row that asked, and nothing else changes', { timeout: 60_000 }, async () => {
  const rows = fc.array(fc.tuple(someRow, fc.boolean()), { maxLength: 10 });
  const changes = fc.array(someChange, { maxLength: 5 });
  const counts = { written: 0, told: 0, gone: 0 };
  const property = fc.asyncProperty(
    someColumns,
    someWriter,
    someWriter,
    someRow,
    rows,
    changes,
    async (columns, firstWriter, secondWriter, headerRow, values, edits) => {
      const header = { ...headerRow, link: null, note: 'header' };
      const read = values.map(([row, isNoted], index) => ({ ...row, note: isNoted ? String(index) : null }));
      const found = edits.reduce<readonly AnyRow[]>((all, change) => change(all), read);
      const origins = originsOf(read, found);
      const wanted = new Map<string, Omit<CellOutcome, 'id'>>();
      const written = found.map((row, at): Written => {
        const origin = origins[at]!;
        if (origin === -1) return {};
        const outcome = outcomesFor(row, columns.columns.status !== null);
        wanted.set(`row ${origin + 2}`, { ...outcome, row: at + 2 });
        // What is alone of its content, before and after, cannot be mistaken: its own result it must be.
        const alike = [...read, ...found].filter((each) => contentOf(each) === contentOf(row));
        const before = row.note === null ? undefined : read[Number(row.note)];
        // Unless it was edited to what another one was: by its content it is that one.
        if (alike.length === 2 && before !== undefined && contentOf(before) === contentOf(row))
          expect(row.note).toBe(String(origin));
        if (outcome.outcome === 'written') counts.written++;
        if (outcome.status === 'written') counts.told++;
        return {
          ...(outcome.outcome === 'written' ? { result: resultFor(origin + 2) } : {}),
          ...(outcome.status === 'written' ? { status: statusFor(origin + 2) } : {}),
        };
      });

      const first = await writeRawWorkbook(
        folder(),
        anyWorkbook({ ...columns, ...firstWriter }, header, read),
        'read.xlsx',
      );
      const layout = { ...columns, ...secondWriter };
      const second = await writeRawWorkbook(folder(), anyWorkbook(layout, header, found), 'found.xlsx');
      const target = path('patched.xlsx');
      const ours = (await readWorkbook(first, columns)).rows;
      expect(ours.map(({ row }) => row)).toEqual(
        read.flatMap((row, index) => (isRow(row) ? [index + 2] : [])),
      );
      const { outcomes } = await patchWorkbook(second, target, {
        ...columns,
        edits: ours.map((row) => editOf(row, resultFor(row.row), { status: statusFor(row.row) })),
      });
      for (const { id, ...outcome } of outcomes) {
        if (outcome.outcome === 'gone') counts.gone++;
        expect(outcome).toEqual(wanted.get(id) ?? { row: null, outcome: 'gone', before: null, status: null });
      }
      const after = await unzip(target);
      const parts = rawParts(anyWorkbook(layout, header, found, written));
      expect([...after.keys()]).toEqual(parts.map(({ name }) => name));
      // What is written is UTF-8 thereafter.
      const isWritten = written.some((each) => Object.keys(each).length > 0);
      const asWritten = anyWorkbook(layout, header, found, written).sheetXml?.replace('"UTF-16"', '"UTF-8"');
      for (const { name, data } of parts) {
        const expected = name === SHEET_PART && isWritten ? asWritten : data.toString();
        expect(after.get(name)?.toString(), name).toBe(expected);
      }
    },
  );
  await fc.assert(property, { seed: 20_260_116, numRuns: 120 });
  expect(counts.written).toBeGreaterThan(150);
  expect(counts.told).toBeGreaterThan(150);
  expect(counts.gone).toBeGreaterThan(10);
});
