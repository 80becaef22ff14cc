import { DECLARATION_BYTES, declaringUtf8, encodingOf } from './encoding.ts';
import type { XmlEncoding } from './encoding.ts';
import { XmlProblem } from './xml-problem.ts';

/**
 * The chunks of an XML document as UTF-8. Those of a document that is UTF-8, as nearly all are, pass as they are; of
 * another encoding the declaration is made to say UTF-8.
 *
 * @param converted told the name of another encoding before the first chunk
 * @throws {UnknownEncoding}
 * @throws {XmlProblem} bytes that are none of the document's encoding
 */
export async function* utf8Chunks(
  chunks: AsyncIterable<Buffer>,
  converted: (encoding: string) => void,
): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  let encoding: XmlEncoding | null = null;
  for await (const chunk of chunks) {
    if (head === null) {
      yield encoding === null ? chunk : decoded(encoding, chunk);
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < DECLARATION_BYTES) continue;
    encoding = otherEncoding(head, converted);
    yield encoding === null ? head : firstDecoded(encoding, head, true);
    head = null;
  }
  if (head !== null) {
    encoding = otherEncoding(head, converted);
    yield encoding === null ? head : firstDecoded(encoding, head, false);
  } else if (encoding !== null) {
    yield decoded(encoding, null);
  }
}

/** Null for UTF-8. */
function otherEncoding(head: Buffer, converted: (encoding: string) => void): XmlEncoding | null {
  const encoding = encodingOf(head);
  if (encoding.decoder === null) return null;
  converted(encoding.name);
  return encoding;
}

function firstDecoded(encoding: XmlEncoding, head: Buffer, more: boolean): Buffer {
  return Buffer.from(declaringUtf8(textOf(encoding, head, more)));
}

/** @param chunk null: none is left */
function decoded(encoding: XmlEncoding, chunk: Buffer | null): Buffer {
  return Buffer.from(textOf(encoding, chunk ?? Buffer.alloc(0), chunk !== null));
}

function textOf({ name, decoder }: XmlEncoding, bytes: Buffer, stream: boolean): string {
  try {
    return decoder?.decode(bytes, { stream }) ?? '';
  } catch (cause) {
    throw new XmlProblem(`the XML holds bytes that are no ${name}`, { cause });
  }
}
