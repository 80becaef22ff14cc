/** The first characters of a text, none of them cut in half. */
export const firstOf = (text: string, characters: number): string => [...text].slice(0, characters).join('');
