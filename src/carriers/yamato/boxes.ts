import type { CheerioAPI } from 'cheerio';
import { digitsOf } from '../tracking-number.ts';
import { textOf } from './elements.ts';

/** One number of the page's overview; texts are '' where the page gives none. */
export interface YamatoBox {
  /** Digits only. */
  number: string;
  dateText: string;
  stateText: string;
}

const ARROWS = /[▶►▷]/gu;
const DATE = /^\s*[\d０-９]{1,2}[/／][\d０-９]{1,2}|[\d０-９]{1,2}[/／][\d０-９]{1,2}\s*$/gu;

/** The overview's boxes, unused ones left out; `total` counts them too. Nothing is checked here. */
export function readBoxes($: CheerioAPI): { total: number; boxes: YamatoBox[] } {
  const all = $('.tracking-box-area').toArray();
  const boxes = all.flatMap((node) => {
    const box = $(node);
    const input = box.find('.data.number input');
    const link = box.find('.data.state a');
    const number = digitsOf(input.attr('value') ?? '');
    const stateText = bareState(textOf(link.length > 0 ? link : box.find('.data.state')));
    const isUnused = box.hasClass('no-item') || (input.length > 0 && number === '' && stateText === '');
    return isUnused ? [] : [{ number, dateText: textOf(box.find('.data.date.pc-only')), stateText }];
  });
  return { total: all.length, boxes };
}

/** `▶ 10/02 配達完了` is `配達完了`. */
function bareState(text: string): string {
  return text.replaceAll(ARROWS, '').replaceAll(DATE, '').trim();
}
