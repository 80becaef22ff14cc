import { describe, expect, it } from 'vitest';

import { wellFormed } from '../../src/xml/well-formed.ts';
import { XmlProblem } from '../../src/xml/xml-problem.ts';

/** What the visitor is told of a document that comes in chunks of a given size. */
async function elements(document: string | Buffer, chunkSize = 4096): Promise<string[]> {
  const bytes = Buffer.from(document as string);
  const seen: string[] = [];
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const out: Buffer[] = [];
  const visitor = {
    passOver: (_depth: number, _window: Buffer, at: number) => at,
    open: (depth: number, window: Buffer, ...[nameStart, nameEnd, rStart, rEnd]: number[]) => {
      seen.push(
        `${depth} ${window.toString('utf8', nameStart, nameEnd)} ${window.toString('utf8', rStart, rEnd)}`,
      );
    },
  };
  for await (const chunk of wellFormed(chunks(), visitor)) out.push(chunk);
  expect(Buffer.concat(out).equals(bytes)).toBe(true);
  return seen;
}

const DOCUMENT = `\uFEFF<?xml version="1.0" encoding='utf-8'?>
<!-- <c> & -- -->
<x:sheet xmlns:x="urn:x" id='a"b>c' other = "1 &lt; 2" ><row r="1"/><t r='荷' xml:space="preserve"> 荷物 &amp; &#x8377;&#29289; > </t>
<![CDATA[<c>&amp;]]><?pi <c> ?><v></v><荷 物="1"></荷 ></x:sheet>
<!-- end --><?pi?>
`;

describe('a document that is well-formed', () => {
  it('passes as it is, and its elements are told', async () => {
    expect(await elements(DOCUMENT)).toEqual(['0 x:sheet ', '1 row 1', '1 t 荷', '1 v ', '1 荷 ']);
  });

  it('is the same however it is cut', async () => {
    const whole = await elements(DOCUMENT);
    for (let size = 1; size < 60; size++) expect(await elements(DOCUMENT, size)).toEqual(whole);
  });

  it('may be nested deep, and have many attributes', async () => {
    await elements(`${'<abcdefgh>'.repeat(5000)}${'</abcdefgh>'.repeat(5000)}`, 1000);
    await elements(`<a ${Array.from({ length: 20_000 }, (_, index) => `b${index}=""`).join(' ')}/>`);
  });
});

describe('refused is', () => {
  it.each([
    ['nothing', '', 'ends in the middle'],
    ['no element', '<?xml version="1.0"?><!-- a -->', 'ends in the middle'],
    ['text', 'hello', 'text stands outside the root'],
    ['text behind the root', '<a/>x', 'text stands outside the root'],
    ['a second root', '<a/><b/>', 'the XML has a second root'],
    ['an element left open', '<a><b></b>', 'ends in the middle'],
    ['a tag cut short', '<a', 'ends in the middle'],
    ['a reference cut short', '<a>&am', 'ends in the middle'],
    ['an end tag too many', '<a></a></a>', 'an end tag stands outside the root'],
    ['another end tag', '<a><bc></bd></a>', 'the element bc does not end as it should'],
    ['a longer end tag', '<a><b></bc></a>', 'the element b does not end as it should'],
    ['a prefix that changes', '<x:a></y:a>', 'the element x:a does not end as it should'],
    ['an attribute in an end tag', '<a></a b="1">', 'the element a does not end as it should'],
    ['an attribute twice', '<a b="1" cc="" b="2"/>', 'a tag has one attribute twice'],
    [
      'an attribute twice among many',
      `<a b0="" ${Array.from({ length: 40 }, (_, index) => `b${index}=""`).join(' ')}/>`,
      'a tag has one attribute twice',
    ],
    ['an attribute without a value', '<a b/>', 'an attribute has no value'],
    ['an attribute without quotes', '<a b=1/>', 'an attribute has no value'],
    ['attributes without a space', '<a b="1"c="2"/>', 'something stands in a tag where it must not'],
    ['a slash in a tag', '<a / b="1">', 'a tag does not end as it should'],
    ['a tag without a name', '<a>< b/></a>', 'a tag has no name'],
    ['a tag in a tag', '<a <b/>', 'an attribute has no value'],
    ['a reference that is none', '<a>&nbsp;</a>', 'an & begins no reference'],
    ['a bare &', '<a>a & b</a>', 'an & begins no reference'],
    ['a bare & in an attribute', '<a b="a & b and more of it"/>', 'an & begins no reference'],
    ['a document type', '<!DOCTYPE a><a/>', 'a declaration or section stands where it must not'],
    ['CDATA outside the root', '<![CDATA[a]]><a/>', 'a declaration or section stands where it must not'],
    ['a < in an attribute', '<a b="<"/>', 'a < stands where it must not'],
  ])('%s', async (_, document, message) => {
    for (const size of [1, 7, 4096]) {
      await expect(elements(document, size)).rejects.toThrow(XmlProblem);
      await expect(elements(document, size)).rejects.toThrow(message);
    }
  });

  it('a tag beyond any sense', async () => {
    await expect(elements(`<a b="${'x'.repeat(2_000_000)}"/>`)).rejects.toThrow('a tag is longer than 1 MB');
  });
});
