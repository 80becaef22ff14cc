import { attributes, forEachElement } from '../../xml/elements.ts';
import type { NumberLook } from './number-text.ts';

const PLAIN: NumberLook = { kind: 'plain' };
/** Built-in formats that show a day (ECMA-376 part 1, 18.8.30 numFmt; the East Asian ones too), 22 with the time. */
const BUILT_IN_DATES = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const BUILT_IN_WITH_TIME = 22;
/** Excel holds 64,000 cell formats; more are a threat and not a style. */
const MAX_FORMATS = 200_000;

/** How each cell format of the workbook shows numbers, by its index (`s` of a cell). */
export type NumberFormats = readonly NumberLook[];

/**
 * Reads the styles part.
 *
 * @throws {XmlProblem}
 */
export async function readNumberFormats(chunks: AsyncIterable<Buffer>): Promise<NumberFormats> {
  const codes = new Map<number, string>();
  const ids: number[] = [];
  await forEachElement(chunks, (name, parent, xml) => {
    if (parent === 'numFmts' && name === 'numFmt' && codes.size < MAX_FORMATS) {
      const { numFmtId, formatCode = '' } = attributes(xml);
      codes.set(Number(numFmtId), formatCode);
    } else if (parent === 'cellXfs' && name === 'xf' && ids.length < MAX_FORMATS) {
      ids.push(Number(attributes(xml)['numFmtId'] ?? 0));
    }
  });
  return ids.map((id) => {
    const code = codes.get(id);
    if (code !== undefined) return numberLook(code);
    return BUILT_IN_DATES.has(id) ? { kind: 'date', time: id === BUILT_IN_WITH_TIME } : PLAIN;
  });
}

/** What a format code does to a number; only its first section, that for positive numbers, counts. */
export function numberLook(code: string): NumberLook {
  const bare = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  const [section = ''] = bare.split(';');
  if (/^0{2,}$/.test(section)) return { kind: 'zeros', digits: section.length };
  if (/^0[0\- ]*0$/.test(section)) return { kind: 'zeros', digits: section.replaceAll(/[^0]/g, '').length };
  if (/general/i.test(section)) return PLAIN;
  return /[yd]/i.test(section) ? { kind: 'date', time: /[hs]/i.test(section) } : PLAIN;
}
