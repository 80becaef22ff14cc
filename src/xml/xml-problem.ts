/** XML that cannot be, or must not be, read: `message` goes on a sentence that names the file and the part. */
export class XmlProblem extends Error {
  override readonly name: string = 'XmlProblem';
}

/** Sound as it may be, it is in an encoding that nobody here knows: `message` as XmlProblem's. */
export class UnknownEncoding extends XmlProblem {
  override readonly name = 'UnknownEncoding';
}
