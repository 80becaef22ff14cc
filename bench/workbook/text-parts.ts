import { BenchError } from '../part.ts';

/** The parts of a workbook, to be changed as texts. */
export class TextParts {
  readonly all: Map<string, Uint8Array>;

  constructor(parts: ReadonlyMap<string, Uint8Array>) {
    this.all = new Map(parts);
  }

  text(part: string): string {
    const bytes = this.all.get(part);
    if (bytes === undefined)
      throw new BenchError('BENCH_ANSWER', `the workbook to be changed has no part ${part}`);
    return Buffer.from(bytes).toString();
  }

  add(part: string, text: string): void {
    this.all.set(part, Buffer.from(text));
  }

  edit(part: string, change: (text: string) => string): void {
    this.add(part, change(this.text(part)));
  }

  /** Puts XML before the end tag of the part's root, or of another element that stands in it once. */
  append(part: string, xml: string, element = '(?:\\w+:)?\\w+'): void {
    this.edit(part, (text) => text.replace(new RegExp(`</${element}>\\s*$`), (end) => xml + end));
  }
}
