/** Draws by a list of numbers, over and over: the same list, the same workbook. */
export class Dice {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number from 0 up to but not including `below`. */
  below(below: number): number {
    const round = Math.floor(this.#at / this.#numbers.length);
    const number = this.#numbers[this.#at++ % this.#numbers.length] ?? 0;
    return (number + round * 7919) % below;
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}
