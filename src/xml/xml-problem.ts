/** XML that cannot be, or must not be, read: `message` goes on a sentence that names the file and the part. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';
}
