import { attributes, forEachToken } from '../../xml/elements.ts';
import { decodeCdata, decodeXml } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import type { Splice } from '../zip/splices.ts';
import type { DefinedName } from './workbook-names.ts';

/** What of the workbook's own part calculation takes. */
export interface CalculationPart {
  /** In the order of their tabs, all kinds of sheets. */
  sheets: { name: string; relationshipId: string }[];
  definedNames: DefinedName[];
  /** Makes Excel calculate everything on opening (ECMA-376 part 1, 18.2.2); null: it does already. */
  fullCalcOnLoad: Splice | null;
}

/** What stands before `calcPr` in the order of the schema (18.2.27). */
const BEFORE: ReadonlySet<string> = new Set([
  ...['fileVersion', 'fileSharing', 'workbookPr', 'workbookProtection', 'bookViews', 'sheets'],
  ...['functionGroups', 'externalReferences', 'definedNames'],
]);

/** @throws {XmlProblem} */
export async function readCalculationPart(chunks: AsyncIterable<Buffer>): Promise<CalculationPart> {
  const reader = new CalculationReader();
  await forEachToken(chunks, (token, xml) => reader.take(token, xml));
  return reader.part();
}

class CalculationReader {
  readonly #sheets: CalculationPart['sheets'] = [];
  readonly #definedNames: DefinedName[] = [];
  readonly #open: string[] = [];
  #prefix = '';
  #name: DefinedName | null = null;
  /** Behind the last element that `calcPr` follows. */
  #place = 0;
  #setting: Splice | null | undefined;

  take(token: XmlToken, xml: XmlTokenizer): void {
    if (token === 'open' || token === 'empty') {
      this.#start(xml);
      if (token === 'open') this.#open.push(xml.name);
      else if (this.#open.length === 1) this.#end(xml.name, xml);
    } else if (token === 'close') {
      const name = this.#open.pop() ?? '';
      if (this.#open.length === 1) this.#end(name, xml);
      this.#name = null;
    } else if (this.#name !== null) {
      this.#name.formula +=
        token === 'cdata'
          ? decodeCdata(xml.bytes, xml.valueStart, xml.valueEnd)
          : decodeXml(xml.bytes, xml.start, xml.end);
    }
    xml.wantsText = this.#name !== null;
  }

  part(): CalculationPart {
    const insert = `<${this.#prefix}calcPr fullCalcOnLoad="1"/>`;
    const fullCalcOnLoad =
      this.#setting === undefined ? { offset: this.#place, remove: 0, insert } : this.#setting;
    return { sheets: this.#sheets, definedNames: this.#definedNames, fullCalcOnLoad };
  }

  #start(xml: XmlTokenizer): void {
    const parent = this.#open.at(-1) ?? '';
    const depth = this.#open.length;
    if (depth === 0) {
      this.#prefix = xml.prefix;
    } else if (parent === 'sheets' && xml.nameIs('sheet')) {
      const { name = '', id = '' } = attributes(xml);
      this.#sheets.push({ name, relationshipId: id });
    } else if (parent === 'definedNames' && xml.nameIs('definedName')) {
      const { name = '', localSheetId } = attributes(xml);
      this.#name = { name, sheet: localSheetId === undefined ? null : Number(localSheetId), formula: '' };
      this.#definedNames.push(this.#name);
    } else if (depth === 1 && xml.nameIs('calcPr')) {
      this.#setting = attributeSetTo1(xml, 'fullCalcOnLoad');
    }
  }

  #end(name: string, xml: XmlTokenizer): void {
    if (BEFORE.has(name)) this.#place = xml.offset + xml.end;
  }
}

/** The splice that makes the tag's attribute say `1`; null if it says so. */
export function attributeSetTo1(xml: XmlTokenizer, attribute: string): Splice | null {
  const behindName = xml.offset + xml.nameEnd;
  while (xml.nextAttribute()) {
    if (!xml.attributeIs(attribute)) continue;
    const value = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
    if (value === '1' || value === 'true') return null;
    return { offset: xml.offset + xml.valueStart, remove: xml.valueEnd - xml.valueStart, insert: '1' };
  }
  return { offset: behindName, remove: 0, insert: ` ${attribute}="1"` };
}
