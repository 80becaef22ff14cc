import type { RowContent } from '../types.ts';

/** One text for a row's content: equal for equal content and for no other. */
export function contentKey({ input, inputUrl, email }: RowContent): string {
  return `${input.length} ${inputUrl === null ? '-' : inputUrl.length} ${input}${inputUrl ?? ''}${email}`;
}

/**
 * Whether a row is none, since it shows nothing in its input and e-mail cells. Reading and finding again must pass over
 * the same ones, or occurrences would differ. `uncalculated`: one of the two is a formula still to be calculated.
 */
export function isBlank(input: string, email: string, uncalculated: boolean): boolean {
  return !uncalculated && input.trim() === '' && email.trim() === '';
}

/** Counts rows of the same content from the top: the first is occurrence 0. */
export class Occurrences {
  readonly #firstOfInput = new Map<string, RowContent>();
  readonly #counts = new Map<string, number>();

  next(content: RowContent): number {
    const first = this.#firstOfInput.get(content.input);
    if (first === undefined) {
      // Most inputs occur once: no key is made for these.
      this.#firstOfInput.set(content.input, content);
      return 0;
    }
    const key = contentKey(content);
    const count = this.#counts.get(key) ?? (key === contentKey(first) ? 1 : 0);
    this.#counts.set(key, count + 1);
    return count;
  }
}
