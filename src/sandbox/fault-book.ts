import type { FaultKind, FaultStage, KindOf } from './fault-kinds.ts';
import { strikesAt } from './fault-kinds.ts';
import { markersIn } from './fault-markers.ts';

/** A fault asked for through the control endpoint. */
export interface FaultRule {
  kind: FaultKind;
  /** Part of a start URL, a custom_id or a number; null: everything. */
  match: string | null;
  /** How often it strikes yet; null: until it is deleted. */
  times: number | null;
}

/** Counters of `sandbox=kind:N` markers kept; the oldest go first. */
const COUNTERS_KEPT = 100_000;

/** Which fault strikes where: markers in the texts themselves, then the rules, in the order they came. */
export class FaultBook {
  #rules: FaultRule[] = [];
  readonly #struck = new Map<string, number>();

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule });
  }

  clear(): void {
    this.#rules = [];
    this.#struck.clear();
  }

  rules(): FaultRule[] {
    return this.#rules.map((rule) => ({ ...rule }));
  }

  /**
   * The faults of a stage that strike these texts now, each once, at most `limit` of them. A rule that strikes uses up
   * one of its `times`.
   */
  take<Stage extends FaultStage>(
    stage: Stage,
    texts: readonly string[],
    limit = Number.POSITIVE_INFINITY,
  ): KindOf<Stage>[] {
    const kinds = new Set<KindOf<Stage>>();
    for (const text of texts) {
      for (const { kind, times } of markersIn(text)) {
        if (kinds.size >= limit) return [...kinds];
        if (strikesAt(kind, stage) && (times === null || this.#count(kind, text) <= times)) kinds.add(kind);
      }
    }
    for (const rule of this.#rules) {
      if (kinds.size >= limit) break;
      const { kind, match } = rule;
      if (!strikesAt(kind, stage) || rule.times === 0 || kinds.has(kind)) continue;
      if (match !== null && !texts.some((text) => text.includes(match))) continue;
      if (rule.times !== null) rule.times--;
      kinds.add(kind);
    }
    return [...kinds];
  }

  /** The first fault of a stage that strikes these texts now; null: none. */
  first<Stage extends FaultStage>(stage: Stage, texts: readonly string[]): KindOf<Stage> | null {
    return this.take(stage, texts, 1)[0] ?? null;
  }

  #count(kind: FaultKind, text: string): number {
    const key = `${kind} ${text}`;
    const count = (this.#struck.get(key) ?? 0) + 1;
    this.#struck.set(key, count);
    if (this.#struck.size > COUNTERS_KEPT) {
      for (const oldest of this.#struck.keys()) {
        this.#struck.delete(oldest);
        break;
      }
    }
    return count;
  }
}
