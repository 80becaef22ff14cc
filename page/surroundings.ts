import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me } from '../src/http/api/contract.ts';
import { formatFor } from './format.ts';
import type { Format } from './format.ts';
import { en } from './texts/en.ts';
import type { Texts } from './texts/texts.ts';

/** What every part of the page knows: the language and who looks. */
export interface Surroundings {
  t: Texts;
  format: Format;
  me: Me;
  /** Whether who looks may change something. */
  mayAct: boolean;
}

export const NOBODY: Me = {
  name: '',
  role: 'viewer',
  canSignOut: false,
  version: '',
  webUi: null,
  tasks: [],
};

export const Surrounding = createContext<Surroundings>({
  t: en,
  format: formatFor('en'),
  me: NOBODY,
  mayAct: false,
});

export const useSurroundings = (): Surroundings => useContext(Surrounding);
