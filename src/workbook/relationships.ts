import { readingPart } from './failure.ts';
import { attributes, forEachElement, forEachToken } from '../xml/elements.ts';
import { decodeAttribute } from '../xml/xml-text.ts';
import { TextFilter } from './sheet/text-filter.ts';
import type { Archive } from './zip/archive.ts';

/** Besides hyperlinks: a part has a handful, a workbook one a sheet. */
const MAX_RELATIONSHIPS = 10_000;

export interface Relationship {
  /** The last word of the type's URI, the same in the transitional and the strict kind. */
  type: string;
  /** As written: a URL, or a part relative to the source part. */
  target: string;
}

/** The relationships of a part by id; none when it has none. */
export async function relationshipsOf(archive: Archive, part: string): Promise<Map<string, Relationship>> {
  const relsPart = relationshipsPart(part);
  return archive.has(relsPart) ? readRelationships(archive, relsPart) : new Map<string, Relationship>();
}

/**
 * Reads a relationships part (ECMA-376 part 2, 6.5.3), hyperlinks left out: there may be one a row.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readRelationships(
  archive: Archive,
  relsPart: string,
): Promise<Map<string, Relationship>> {
  const all = new Map<string, Relationship>();
  await readingPart(archive.name, relsPart, () =>
    forEachElement(archive.chunks(relsPart), (name, _parent, xml) => {
      if (name !== 'Relationship') return;
      const { Id: id = '', Type: uri = '', Target: target = '' } = attributes(xml);
      const type = uri.slice(uri.lastIndexOf('/') + 1);
      if (type !== 'hyperlink' && all.size < MAX_RELATIONSHIPS) all.set(id, { type, target });
    }),
  );
  return all;
}

/**
 * Fills in the targets of a part's relationships whose ids are in `targets`, and holds no others.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readTargets(
  archive: Archive,
  part: string,
  targets: Map<string, string>,
): Promise<void> {
  const relsPart = relationshipsPart(part);
  if (!archive.has(relsPart)) return;
  const filter = new TextFilter(targets.keys());
  await readingPart(archive.name, relsPart, () =>
    forEachToken(archive.chunks(relsPart), (token, xml) => {
      if (token !== 'open' && token !== 'empty') return;
      let id = '';
      let targetStart = 0;
      let targetEnd = 0;
      while (xml.nextAttribute()) {
        if (xml.attributeIs('Id')) {
          if (!filter.mayBe(xml.bytes, xml.valueStart, xml.valueEnd)) return;
          id = decodeAttribute(xml.bytes, xml.valueStart, xml.valueEnd);
          if (!targets.has(id)) return;
        } else if (xml.attributeIs('Target')) {
          targetStart = xml.valueStart;
          targetEnd = xml.valueEnd;
        }
      }
      if (targets.has(id)) targets.set(id, decodeAttribute(xml.bytes, targetStart, targetEnd));
    }),
  );
}

/** `xl/worksheets/sheet1.xml` → `xl/worksheets/_rels/sheet1.xml.rels`. */
export function relationshipsPart(part: string): string {
  const slash = part.lastIndexOf('/') + 1;
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
}

/**
 * The part that a target means, seen from its source part; never leads outside the package. Writers that name zip
 * entries with backslashes have them in targets, too.
 */
export function resolveTarget(sourcePart: string, target: string): string {
  const steps = target.split(/[\\/]/);
  const base = steps[0] === '' ? [] : sourcePart.split('/').slice(0, -1);
  for (const step of steps) {
    if (step === '..') base.pop();
    else if (step !== '' && step !== '.') base.push(step);
  }
  return base.join('/');
}
