import type { Part } from './part.ts';

export const budget: readonly Part[] = [];
