import { XmlProblem } from './xml-problem.ts';
import { decodeAttribute } from './xml-text.ts';
import { XmlTokenizer } from './xml-tokenizer.ts';

/** Deeper than any part of a workbook is nested. */
const MAX_DEPTH = 256;

/** All attributes of the tag the tokenizer stands on, by local name, decoded. For elements that occur seldom. */
export function attributes(xml: XmlTokenizer): Partial<Record<string, string>> {
  const all: Partial<Record<string, string>> = {};
  while (xml.nextAttribute())
    all[xml.attributeName] = decodeAttribute(xml.bytes, xml.valueStart, xml.valueEnd);
  return all;
}

/**
 * Calls `visit` at each start tag with the local names of the element and of its parent ('' for the root).
 *
 * @throws {XmlProblem}
 */
export async function forEachElement(
  chunks: AsyncIterable<Buffer>,
  visit: (name: string, parent: string, xml: XmlTokenizer) => void,
): Promise<void> {
  const open: string[] = [];
  const take = (token: ReturnType<XmlTokenizer['next']>, xml: XmlTokenizer): void => {
    if (token === 'close') {
      open.pop();
    } else if (token === 'open' || token === 'empty') {
      const { name } = xml;
      visit(name, open.at(-1) ?? '', xml);
      if (token === 'open' && open.push(name) > MAX_DEPTH) throw new XmlProblem('the XML is nested too deep');
    }
  };
  await forEachToken(chunks, take);
  if (open.length > 0) throw new XmlProblem('the XML ends in the middle');
}

/**
 * Runs a tokenizer over all chunks.
 *
 * @param isEnough asked before each chunk but the first: true leaves the rest unread, and unchecked
 */
export async function forEachToken(
  chunks: AsyncIterable<Buffer>,
  take: (token: ReturnType<XmlTokenizer['next']>, xml: XmlTokenizer) => void,
  isEnough: () => boolean = () => false,
): Promise<void> {
  const xml = new XmlTokenizer();
  for await (const chunk of chunks) {
    xml.push(chunk);
    for (let token = xml.next(); token !== 'more'; token = xml.next()) take(token, xml);
    if (isEnough()) return;
  }
  xml.finish();
  for (let token = xml.next(); token !== 'end'; token = xml.next()) take(token, xml);
}
