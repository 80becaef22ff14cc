import { load } from 'cheerio';
import { parseJapanTime } from '../japan-time.ts';
import { judgeHistory } from '../judge-history.ts';
import type { TrackingStatus } from '../status.ts';
import { meaningOf } from '../text-meaning.ts';
import { readBoxes } from './boxes.ts';
import type { YamatoBox } from './boxes.ts';
import { HISTORY_CELLS, readBlocks } from './detail-blocks.ts';
import type { YamatoBlock } from './detail-blocks.ts';
import { otherPage } from './other-page.ts';
import { yamatoHistory } from './parcel-history.ts';
import { withoutScripts } from './scripts.ts';
import type { YamatoParcel } from './types.ts';
import { YamatoError } from './yamato-error.ts';
import type { YamatoErrorCode } from './yamato-error.ts';

/** Parcels in these states may have no history yet; all others have travelled. */
const WITHOUT_HISTORY: ReadonlySet<TrackingStatus> = new Set(['info_received', 'unknown']);

/**
 * Reads Yamato's page (domain section 6): one parcel for each number asked, in that order, told by the number that
 * stands in its box and its block, never by position. `numbers` are distinct and digits only. Dates carry no year:
 * they get the one that puts them closest to, and at most minutes after, `askedAt`. A number that Yamato does not know is a parcel
 * without events, its state `伝票番号誤り` or `伝票番号未登録`.
 *
 * @throws {YamatoError} with the page: `YAMATO_CAPTCHA`, `YAMATO_MAINTENANCE`, `YAMATO_TRUNCATED`,
 * `YAMATO_FEWER_BOXES`, and `YAMATO_UNREADABLE` for whatever is not understood for certain
 */
export function parseYamatoPage(html: string, numbers: readonly string[], askedAt: Date): YamatoParcel[] {
  const $ = load(withoutScripts(html));
  const { total, boxes } = readBoxes($);
  const blocks = readBlocks($, askedAt);
  const other = boxes.length + blocks.length === 0 ? otherPage(html) : null;
  const refuse: Refuse = (code, why) => new YamatoError(code, why, { page: html });
  if (other !== null) throw refuse(other.code, other.message);
  if (!isWhole(html)) {
    throw refuse(
      'YAMATO_TRUNCATED',
      `Yamato's page broke off before its end, after ${html.length} characters: ask again`,
    );
  }
  const problem: Problem = (what) =>
    refuse(
      'YAMATO_UNREADABLE',
      `Yamato's page is not understood, it has ${what}: if its markup has changed, the parser must follow`,
    );
  if (total === 0) throw problem('no box of a number');
  const boxOf = byNumber('box', boxes, numbers, problem);
  const missing = numbers.filter((number) => !boxOf.has(number));
  if (missing.length > 0) {
    throw refuse(
      'YAMATO_FEWER_BOXES',
      `Yamato's page answers ${boxOf.size} of ${numbers.length} numbers, not ${missing.join(', ')}: ask again`,
    );
  }
  const blockOf = byNumber('block', blocks, numbers, problem);
  checkHistories(blocks, problem);
  return numbers.flatMap((number) => {
    const box = boxOf.get(number);
    return box === undefined ? [] : [parcelOf(box, blockOf.get(number), askedAt, problem)];
  });
}

/** Comments may follow the end of a page. */
const END = /<\/html\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*$/isu;
/** Enough for the end, and little to search. */
const END_LENGTH = 2_000;

/**
 * Whether the page came to its end. Where other things follow that, the parser is asked about all of it: a search
 * would find the end tag that the page's script prints.
 */
function isWhole(html: string): boolean {
  if (END.test(html.slice(-END_LENGTH))) return true;
  const $ = load(html, { sourceCodeLocationInfo: true });
  return $('html').get(0)?.sourceCodeLocation?.endTag != null;
}

type Refuse = (code: YamatoErrorCode, why: string) => YamatoError;
type Problem = (what: string) => YamatoError;

function byNumber<Part extends { number: string }>(
  kind: string,
  parts: readonly Part[],
  numbers: readonly string[],
  problem: Problem,
): Map<string, Part> {
  const found = new Map<string, Part>();
  for (const part of parts) {
    const { number } = part;
    if (number === '') throw problem(`a ${kind} without a number`);
    if (!numbers.includes(number)) throw problem(`a ${kind} of ${number}, which was not asked`);
    if (found.has(number)) throw problem(`more than one ${kind} of ${number}`);
    found.set(number, part);
  }
  return found;
}

/** One event may lack its time or its office; where all do, they stand elsewhere or are written otherwise. */
function checkHistories(blocks: readonly YamatoBlock[], problem: Problem): void {
  const events = blocks.flatMap((block) => block.events);
  const missing = HISTORY_CELLS.find((cell) => !blocks.some(({ cells }) => cells.has(cell)));
  if (events.length > 0 && missing !== undefined) throw problem(`histories without .${missing}`);
  if (events.some(({ stateText }) => stateText === '')) throw problem('an event without a state');
  const times = events.filter(({ timeText }) => timeText !== '');
  if (times.length > 0 && times.every(({ at }) => at === null)) {
    throw problem(`dates like "${times[0]?.timeText.slice(0, 40)}"`);
  }
}

function parcelOf(
  box: YamatoBox,
  block: YamatoBlock | undefined,
  askedAt: Date,
  problem: Problem,
): YamatoParcel {
  const { number } = box;
  const stateText = block?.stateText || box.stateText;
  const events = block?.events ?? [];
  const meaning = meaningOf(stateText, 'yamato').status;
  if (stateText === '') throw problem(`no state of ${number}`);
  if (events.length === 0 && !WITHOUT_HISTORY.has(meaning)) throw problem(`no history of ${number}`);
  const parcel = {
    number,
    stateText,
    date: parseJapanTime(box.dateText, askedAt),
    events,
    product: block?.product || null,
    windows: block?.windows ?? [],
    summary: block?.summary || null,
  };
  return { ...parcel, status: judgeHistory(yamatoHistory(parcel, askedAt)).status };
}
