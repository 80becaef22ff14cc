/** Twelve digits from up to eleven: the last is the number without it, mod 7 (Yamato and Japan Post alike). */
export function withCheckDigit(elevenDigits: number): string {
  return `${String(elevenDigits).padStart(11, '0')}${elevenDigits % 7}`;
}

/** Whether a number of twelve digits ends in its own check digit. */
export function hasCheckDigit(number: string): boolean {
  return /^\d{12}$/.test(number) && withCheckDigit(Number(number.slice(0, 11))) === number;
}
