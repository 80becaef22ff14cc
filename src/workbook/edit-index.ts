import { contentKey } from './sheet/row-identity.ts';
import type { CellEdit, RowContent } from './types.ts';

/** Several edits of one input. */
interface SameInput {
  emails: Set<string>;
  /** Places of edits by content and occurrence. */
  places: Map<string, number[]>;
}

/** Finds edits by the content they ask for. Most inputs are asked for once: these take no more than their entry. */
export class EditIndex {
  readonly #edits: readonly CellEdit[];
  readonly #byInput = new Map<string, number | SameInput>();

  constructor(edits: readonly CellEdit[]) {
    this.#edits = edits;
    for (const [at, { input }] of edits.entries()) {
      const other = this.#byInput.get(input);
      if (other === undefined) this.#byInput.set(input, at);
      else
        this.#byInput.set(input, this.#with(typeof other === 'number' ? this.#with(null, other) : other, at));
    }
  }

  /** Every input and e-mail asked for, each under itself: texts found elsewhere need not be held a second time. */
  texts(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const { input, email } of this.#edits) texts.set(input, input).set(email, email);
    return texts;
  }

  hasInput(input: string): boolean {
    return this.#byInput.has(input);
  }

  /**
   * Whether some edit asks for both, whatever its link; or for one of them alone, since merged cells may turn out to
   * cover the other. Null: a text that no edit asks for.
   */
  mayHave(input: string | null, email: string | null): boolean {
    if (input === null) return email !== null && this.has('', email);
    return (email !== null && (this.has(input, email) || this.has('', email))) || this.has(input, '');
  }

  /** Whether some edit asks for both, whatever its link. */
  has(input: string, email: string): boolean {
    const found = this.#byInput.get(input);
    if (typeof found === 'number') return this.#edits[found]?.email === email;
    return found?.emails.has(email) === true;
  }

  /** The places in the list of the edits that ask for this content at this occurrence. */
  find(content: RowContent, occurrence: number): readonly number[] {
    const found = this.#byInput.get(content.input);
    if (typeof found !== 'number') return found?.places.get(keyOf(content, occurrence)) ?? [];
    const edit = this.#edits[found];
    const asksForIt =
      edit?.email === content.email && edit.inputUrl === content.inputUrl && edit.occurrence === occurrence;
    return asksForIt ? [found] : [];
  }

  #with(same: SameInput | null, at: number): SameInput {
    const { emails, places } = same ?? { emails: new Set<string>(), places: new Map<string, number[]>() };
    const edit = this.#edits[at];
    if (edit !== undefined) {
      emails.add(edit.email);
      const key = keyOf(edit, edit.occurrence);
      places.set(key, [...(places.get(key) ?? []), at]);
    }
    return { emails, places };
  }
}

function keyOf(content: RowContent, occurrence: number): string {
  return `${occurrence} ${contentKey(content)}`;
}
