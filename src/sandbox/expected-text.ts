import { assertNever } from '../errors.ts';
import type { FaultKind } from './fault-kinds.ts';
import { markersIn } from './fault-markers.ts';
import { hintsIn } from './hints.ts';
import { japanPostTime, startOfDay, yamatoTime } from './japan-time.ts';
import { japanPostParcel, tenInOneParcel } from './parcels/japan-post-parcel.ts';
import { goesByJapanPost, orderOf } from './parcels/order.ts';
import type { Parcel } from './parcels/parcel.ts';
import { yamatoParcel } from './parcels/yamato-parcel.ts';
import { numbersIn } from './records/numbers.ts';
import type { AnsweredTask } from './sitemaps.ts';
import { yamatoPageParcel } from './yamato/page-parcel.ts';

export interface ExpectedTextOptions {
  /** The day the sandbox counts dates back from: its `datesFrom`, else any moment of the day of scraping. */
  day: Date;
  /** What comes once the faults in the URL or number are over, e.g. of a `sandbox=publish-500:1` after its retry. */
  ignoreFaults?: boolean;
}

/** Faults after which the row has no result. */
const FATAL: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'publish-401',
  'publish-402',
  'publish-403',
  'publish-422',
  'publish-429',
  'publish-500',
  'publish-html',
  'publish-no-id',
  'publish-timeout',
  'publish-timeout-created',
  'publish-reset',
  'publish-reset-created',
  'job-failed',
  'job-stopped',
  'job-stuck',
  'job-gone',
  'empty',
  'url-failed',
  'html-instead-of-csv',
  'no-columns',
  'csv-404',
  'csv-429',
  'csv-500',
  'csv-timeout',
  'csv-reset',
  'csv-truncated',
]);

const FATAL_FOR_PAGE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'yamato-captcha',
  'yamato-maintenance',
  'yamato-truncated',
  'yamato-fewer-boxes',
  'yamato-changed-markup',
  'yamato-timeout',
  'yamato-reset',
  'yamato-500',
]);

const joined = (...fields: string[]): string => fields.join('｜｜｜');

function yamatoText({ events, title }: Parcel): string {
  const last = events.at(-1);
  return last === undefined ? joined(title, '', '') : joined(last.state, yamatoTime(last.atMs), last.office);
}

function historyText({ events, title }: Parcel): string {
  const last = events.at(-1);
  if (last === undefined) return title;
  return joined(japanPostTime(last.atMs), last.state, last.detail, last.office, last.prefecture);
}

function latestText({ events, title }: Parcel): string {
  const last = events.at(-1);
  return last === undefined ? title : joined(last.state, japanPostTime(last.atMs));
}

function pageText({ events, title }: Parcel): string {
  return events.length === 0 ? title : yamatoText({ number: '', events, title });
}

/**
 * What column C of a row should say (the fields joined with `｜｜｜`), told from the sandbox's own parcels and not from
 * its CSV or HTML; null when the row's start URL or number asks for a fault that leaves it without a result. Pure.
 * A fault asked for over the control endpoint is unknown here. `url` may be null where `trackingNumber` says it all.
 */
export function expectedText(
  task: AnsweredTask,
  url: string | null,
  trackingNumber: string | null,
  options: ExpectedTextOptions,
): string | null {
  const digits = trackingNumber?.replaceAll(/\D/g, '') ?? null;
  const subject = url ?? digits ?? '';
  const fatal = task === 'yamato_tracking_10' ? FATAL_FOR_PAGE : FATAL;
  if (options.ignoreFaults !== true && markersIn(subject).some(({ kind }) => fatal.has(kind))) return null;
  const dayStartMs = startOfDay(options.day.getTime());
  const hints = hintsIn(subject);
  const asked = numbersIn(subject)[0] ?? subject;
  switch (task) {
    case 'official_website_redirect_to_yamato_tracking': {
      const order = orderOf(subject, dayStartMs);
      return goesByJapanPost(subject, hints)
        ? historyText(japanPostParcel(order.trackingNumber, hints, dayStartMs))
        : yamatoText(yamatoParcel(order.trackingNumber, hints, dayStartMs));
    }
    case 'redirect_to_japan_post_tracking':
      return historyText(japanPostParcel(orderOf(subject, dayStartMs).trackingNumber, hints, dayStartMs));
    case 'official_website_tracking': {
      const { orderDate, estimatedDelivery, arrival } = orderOf(subject, dayStartMs);
      return joined(orderDate, estimatedDelivery, arrival);
    }
    case 'yamato_tracking_only':
      return yamatoText(yamatoParcel(asked, hints, dayStartMs));
    case 'japan_post_tracking_only':
      return historyText(japanPostParcel(asked, hints, dayStartMs));
    case 'japan_post_tracking_10': {
      const number = digits ?? asked;
      return latestText(tenInOneParcel(number, hintsIn(number), dayStartMs));
    }
    case 'yamato_tracking_10':
      return pageText(yamatoPageParcel(subject, hints, dayStartMs));
    default:
      return assertNever(task);
  }
}
