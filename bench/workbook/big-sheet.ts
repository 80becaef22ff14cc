import { BIG_ROWS, bigRow } from './big-rows.ts';
import type { BigRow } from './big-rows.ts';

/** The active sheet's part, in `rich.xlsm` and in what is made of it. */
export const BIG_SHEET = 'xl/worksheets/sheet2.xml';
export const LAST_ROW = BIG_ROWS + 1;

/** The template's own relationships are below. */
const FIRST_LINK_ID = 101;
/** Rows a piece of XML. */
const GROUP = 500;
/** The template's styles of a result cell, a date and a link. */
const STYLES = { result: 1, date: 3, link: 4 };
const HYPERLINK = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink';

/** Gives texts their indices, behind those of the template. */
export class SharedStrings {
  readonly #template: string;
  readonly #templateCount: number;
  readonly #indices = new Map<string, number>();

  constructor(template: string) {
    this.#template = template;
    this.#templateCount = template.split('<si>').length - 1;
  }

  index(text: string): number {
    const index = this.#indices.get(text) ?? this.#templateCount + this.#indices.size;
    this.#indices.set(text, index);
    return index;
  }

  *xml(): Generator<string> {
    const total = this.#templateCount + this.#indices.size;
    yield this.#template
      .replace(/ count="\d+" uniqueCount="\d+"/, ` uniqueCount="${total}"`)
      .replace('</sst>', '');
    yield* inGroups(this.#indices.keys(), (text) => `<si><t>${text}</t></si>`);
    yield '</sst>';
  }
}

/** The template's sheet with other rows and links; what stands before and behind them covers all rows. */
export function* sheetXml(
  template: string,
  strings: SharedStrings,
  lastCell: (row: number) => string,
): Generator<string> {
  const [head = '', rows = '', tail = ''] = template.split(/<\/?sheetData>/);
  const [beforeLinks = '', behindLinks = ''] = tail
    .replaceAll(/([A-Z]\d:[A-Z])31"/g, `$1${LAST_ROW}"`)
    // Merged cells beside the rows: each row is one.
    .replace('A28:A29', 'J28:J29')
    .replace('C30:E30', 'J30:L30')
    .split(/<hyperlink .*<\/hyperlinks>/);
  yield head.replace('A1:E32', `A1:H${LAST_ROW + 1}`);
  yield `<sheetData>${/<row r="1".*?<\/row>/.exec(rows)?.[0] ?? ''}`;
  yield* inGroups(bigRows(), (row) => rowXml(row, strings, lastCell(row.row)));
  yield `<row r="${LAST_ROW + 1}" spans="1:8"><c r="D${LAST_ROW + 1}"><f>SUM(D2:D${LAST_ROW})</f><v>0</v></c></row>`;
  yield `</sheetData>${beforeLinks}`;
  yield* inGroups(links(), ({ row }) => `<hyperlink ref="A${row}" r:id="${linkId(row)}"/>`);
  yield `</hyperlinks>${behindLinks}`;
}

/** The sheet's relationships with those of its links instead of the template's. */
export function* linkRelationships(template: string): Generator<string> {
  yield template
    .replaceAll(/<Relationship [^>]*TargetMode="External"\/>/g, '')
    .replace('</Relationships>', '');
  yield* inGroups(links(), ({ row, inputUrl }) => {
    return `<Relationship Id="${linkId(row)}" Type="${HYPERLINK}" Target="${inputUrl}" TargetMode="External"/>`;
  });
  yield '</Relationships>';
}

function* bigRows(): Generator<BigRow> {
  for (let row = 2; row <= LAST_ROW; row++) yield bigRow(row);
}

function* links(): Generator<BigRow> {
  for (const row of bigRows()) if (row.inputUrl !== null) yield row;
}

const linkId = (row: number): string => `rId${FIRST_LINK_ID + row}`;

function rowXml(
  { row, kind, input, email, result }: BigRow,
  strings: SharedStrings,
  lastCell: string,
): string {
  const text = (column: string, style: string, value: string): string =>
    `<c r="${column}${row}"${style} t="s"><v>${strings.index(value)}</v></c>`;
  const inputCell =
    kind === 'number'
      ? `<c r="A${row}"><v>${input}</v></c>`
      : text('A', kind === 'link' ? ` s="${STYLES.link}"` : '', input);
  const emailCell = email === '' ? '' : text('B', '', email);
  const formatted = ` s="${STYLES.result}"`;
  const emptyResult = result === null ? '' : `<c r="C${row}"${formatted}/>`;
  const resultCell = result ? text('C', formatted, result) : emptyResult;
  const others = [
    `<c r="D${row}"><v>${1 + (row % 9)}</v></c>`,
    `<c r="E${row}" s="${STYLES.date}"><v>${46_000 + (row % 365)}</v></c>`,
    text('F', '', `商品 ${row % 400}`),
    text('G', '', `${row % 47} 県 ${row % 1_700} 様`),
    `<c r="H${row}"><v>${(row % 300) / 10}</v></c>`,
  ];
  return `<row r="${row}" spans="1:8">${inputCell}${emailCell}${resultCell}${others.join('')}${lastCell}</row>`;
}

/** XML in pieces large enough that zipping is not called for each item. */
export function* inGroups<T>(items: Iterable<T>, xml: (item: T) => string): Generator<string> {
  let piece = '';
  let count = 0;
  for (const item of items) {
    piece += xml(item);
    if (++count % GROUP !== 0) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
