import { forEachToken } from '../xml/elements.ts';
import { XmlProblem } from '../xml/xml-problem.ts';
import { decodeAttribute, decodeXml } from '../xml/xml-text.ts';
import { resolveTarget } from './relationships.ts';
import type { Relationship } from './relationships.ts';
import { WorkbookError } from './types.ts';
import type { SignedWorkbooks } from './types.ts';
import type { Archive } from './zip/archive.ts';

/** What a person did so that nobody changes the workbook. */
export type Protection = 'signed' | 'final';

const REFUSED: Readonly<Record<Protection, string>> = {
  signed: 'is digitally signed, and writing into it would make the signature invalid: remove the signature',
  final: 'is marked as final: take the mark away (File, Info, Protect Workbook)',
};

/** The last word of the type of the relationship to a digital signature (ECMA-376 part 2, 12.2.4.1). */
const SIGNATURE_ORIGIN = 'origin';

/** @param relationships of the package */
export async function protectionOf(
  archive: Archive,
  relationships: ReadonlyMap<string, Relationship>,
): Promise<Protection | null> {
  const all = [...relationships.values()];
  const isSigned =
    all.some(({ type }) => type === SIGNATURE_ORIGIN) ||
    archive.entries.some(({ filename }) => /^_xmlsignatures\/./i.test(filename));
  if (isSigned) return 'signed';
  const custom = all.find(({ type }) => type === 'custom-properties' || type === 'customProperties');
  const part = custom === undefined ? null : resolveTarget('', custom.target);
  return part !== null && archive.has(part) && (await isMarkedFinal(archive, part)) ? 'final' : null;
}

/** @throws {WorkbookError} `WORKBOOK_SIGNED` where such a workbook is to be refused */
export function checkProtection(name: string, protection: Protection | null, signed: SignedWorkbooks): void {
  if (protection === null || signed === 'warn') return;
  throw new WorkbookError('WORKBOOK_SIGNED', `${name} ${REFUSED[protection]}, or set SIGNED_WORKBOOKS=warn`);
}

/** Custom properties that cannot be read say nothing: they are copied as they are. */
async function isMarkedFinal(archive: Archive, part: string): Promise<boolean> {
  let property = '';
  let isFinal = false;
  try {
    await forEachToken(archive.chunks(part), (token, xml) => {
      xml.wantsText = true;
      if (token === 'open' && xml.nameIs('property')) {
        property = '';
        while (xml.nextAttribute()) {
          if (xml.attributeIs('name')) property = decodeAttribute(xml.bytes, xml.valueStart, xml.valueEnd);
        }
      } else if (token === 'text' && property === '_MarkAsFinal') {
        isFinal ||= /^\s*(?:true|1)\s*$/.test(decodeXml(xml.bytes, xml.start, xml.end));
      }
    });
  } catch (error) {
    if (!(error instanceof XmlProblem || error instanceof WorkbookError)) throw error;
  }
  return isFinal;
}
