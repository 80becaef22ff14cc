import type { CheerioAPI } from 'cheerio';
import { parseJapanTime } from '../japan-time.ts';
import { digitsOf } from '../tracking-number.ts';
import { firstByClass, textOf } from './elements.ts';
import type { Elements } from './elements.ts';
import type { YamatoEvent, YamatoWindow } from './types.ts';

/** One number's details; texts are '' where the page gives none. */
export interface YamatoBlock {
  /** Digits only. */
  number: string;
  stateText: string;
  summary: string;
  product: string;
  windows: YamatoWindow[];
  events: YamatoEvent[];
  /** Of `HISTORY_CELLS` those that occur in its events, with a text or without. */
  cells: ReadonlySet<string>;
}

/** The classes of an event's state, time and office. */
export const HISTORY_CELLS = ['item', 'date', 'name'] as const;

/** What the page's links start from. */
const PAGE_URL = 'https://toi.kuronekoyamato.co.jp/cgi-bin/tneko';

/** `1件目：` before the number. */
const ORDINAL = /^.*?件目\s*[：:]?/u;
const COLON = /\s*[：:]$/u;
/** Others who read this page met the second (domain section 6 tells the first). */
const PRODUCT_LABELS: ReadonlySet<string> = new Set(['品名', '商品名']);

/** The details of every number, in the page's order; years by `askedAt`. Nothing is checked here. */
export function readBlocks($: CheerioAPI, askedAt: Date): YamatoBlock[] {
  const partsOf = (node: Elements[number]): Part => {
    const parts = firstByClass(node);
    return (name) => {
      const first = parts.get(name);
      return $(first === undefined ? [] : [first]);
    };
  };
  return $('.parts-tracking-invoice-block')
    .toArray()
    .map((node) => {
      const part = partsOf(node);
      const items = $(node)
        .find('.tracking-invoice-block-summary li')
        .toArray()
        .map((item) => readItem(partsOf(item)));
      const lines = $(node).find('.tracking-invoice-block-detail ol li').toArray().map(partsOf);
      return {
        number: digitsOf(textOf(part('tracking-invoice-block-title')).replace(ORDINAL, '')),
        stateText: textOf(part('tracking-invoice-block-state-title')),
        summary: textOf(part('tracking-invoice-block-state-summary')),
        product: items.find(({ label }) => PRODUCT_LABELS.has(label))?.text ?? '',
        windows: items.filter(({ label }) => !PRODUCT_LABELS.has(label)),
        events: lines.map((line) => readEvent(line, askedAt)),
        cells: new Set(HISTORY_CELLS.filter((cell) => lines.some((line) => line(cell).length > 0))),
      };
    });
}

/** The first element of a class inside another, or none. */
type Part = (className: string) => Elements;

function readItem(part: Part): YamatoWindow {
  return { label: textOf(part('item')).replace(COLON, ''), text: textOf(part('data')) };
}

function readEvent(part: Part, askedAt: Date): YamatoEvent {
  const timeText = textOf(part('date'));
  const office = textOf(part('name'));
  return {
    stateText: textOf(part('item')),
    at: parseJapanTime(timeText, askedAt),
    timeText,
    office: office === '' ? null : office,
    officeUrl: webAddress(part('name').find('a').attr('href')),
  };
}

/** A link as a whole address; null when it is none of the web. */
function webAddress(href: string | undefined): string | null {
  if (href === undefined || !URL.canParse(href, PAGE_URL)) return null;
  const url = new URL(href, PAGE_URL);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}
