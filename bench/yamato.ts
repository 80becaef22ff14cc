import type { Part } from './part.ts';
import { yamatoKills } from './yamato-kills.ts';
import { yamatoMemory } from './yamato-memory.ts';
import { yamatoPage } from './yamato-page.ts';
import { yamatoPauses } from './yamato-pauses.ts';

/** Yamato asked directly, ten numbers a request. */
export const yamato: readonly Part[] = [...yamatoPauses, yamatoMemory, yamatoPage, yamatoKills];
