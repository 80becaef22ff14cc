/** The numbers a tracking URL asks for (`id` of Yamato, `requestNo1` … `requestNo10` of Japan Post), each once. */
export function numbersIn(url: string): string[] {
  const numbers = new Set<string>();
  for (const [, value = ''] of url.matchAll(/[?&](?:id|requestNo\d+|reqCodeNo\d+)=([^&#]*)/g)) {
    const digits = value.replaceAll(/\D/g, '');
    if (digits !== '') numbers.add(digits);
  }
  return [...numbers];
}
