/** Where in a job's life a fault strikes. */
export type FaultStage =
  | 'publish'
  | 'job'
  | 'url'
  | 'webhook'
  | 'status'
  | 'list'
  | 'csv'
  | 'data'
  | 'yamato';

/** Every fault the sandbox knows, with the stage it strikes at (docs/sandbox.md tells what each does). */
export const FAULTS = {
  'publish-401': 'publish',
  'publish-402': 'publish',
  'publish-403': 'publish',
  'publish-422': 'publish',
  'publish-429': 'publish',
  'publish-500': 'publish',
  'publish-html': 'publish',
  'publish-no-id': 'publish',
  'publish-slow': 'publish',
  'publish-timeout': 'publish',
  'publish-timeout-created': 'publish',
  'publish-reset': 'publish',
  'publish-reset-created': 'publish',
  'job-failed': 'job',
  'job-stopped': 'job',
  'job-stuck': 'job',
  'job-gone': 'job',
  slow: 'job',
  empty: 'url',
  'url-failed': 'url',
  'lost-webhook': 'webhook',
  'duplicate-webhook': 'webhook',
  'early-webhook': 'webhook',
  'webhook-wrong-custom-id': 'webhook',
  'webhook-wrong-job': 'webhook',
  'status-500': 'status',
  'list-500': 'list',
  'html-instead-of-csv': 'csv',
  'no-columns': 'csv',
  'csv-404': 'csv',
  'csv-429': 'csv',
  'csv-500': 'csv',
  'csv-timeout': 'csv',
  'csv-reset': 'csv',
  'csv-truncated': 'csv',
  redirect: 'data',
  'by-yamato': 'data',
  'state-delivered': 'data',
  'state-moving': 'data',
  'state-returned': 'data',
  'state-unknown': 'data',
  'not-found': 'data',
  'wrong-length': 'data',
  'yamato-captcha': 'yamato',
  'yamato-maintenance': 'yamato',
  'yamato-truncated': 'yamato',
  'yamato-fewer-boxes': 'yamato',
  'yamato-changed-markup': 'yamato',
  'yamato-shift-jis': 'yamato',
  'yamato-slow': 'yamato',
  'yamato-timeout': 'yamato',
  'yamato-reset': 'yamato',
  'yamato-500': 'yamato',
} as const satisfies Record<string, FaultStage>;

export type FaultKind = keyof typeof FAULTS;

/** The faults of one stage. */
export type KindOf<Stage extends FaultStage> = {
  [Kind in FaultKind]: (typeof FAULTS)[Kind] extends Stage ? Kind : never;
}[FaultKind];

export function strikesAt<Stage extends FaultStage>(kind: FaultKind, stage: Stage): kind is KindOf<Stage> {
  return FAULTS[kind] === stage;
}

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULTS, text);
}

/**
 * Two-digit codes of the faults that a bare number can ask for: a number `9990` + code + any five digits + check
 * digit. A code, once given, never changes its meaning: numbers stand in people's workbooks.
 */
export const NUMBER_CODES: Readonly<Record<string, FaultKind>> = {
  '01': 'publish-500',
  '02': 'publish-401',
  '03': 'publish-402',
  '04': 'publish-403',
  '05': 'publish-429',
  '06': 'publish-timeout',
  '07': 'publish-timeout-created',
  '08': 'publish-reset',
  '09': 'publish-reset-created',
  '10': 'publish-html',
  '11': 'publish-no-id',
  '12': 'publish-slow',
  '13': 'publish-422',
  '20': 'job-failed',
  '21': 'job-stopped',
  '22': 'job-stuck',
  '23': 'slow',
  '24': 'empty',
  '25': 'url-failed',
  '26': 'job-gone',
  '30': 'lost-webhook',
  '31': 'duplicate-webhook',
  '32': 'early-webhook',
  '33': 'webhook-wrong-custom-id',
  '34': 'webhook-wrong-job',
  '40': 'html-instead-of-csv',
  '41': 'no-columns',
  '42': 'csv-500',
  '43': 'csv-404',
  '44': 'csv-timeout',
  '45': 'csv-reset',
  '46': 'csv-truncated',
  '47': 'csv-429',
  '60': 'state-delivered',
  '61': 'state-moving',
  '62': 'state-returned',
  '63': 'state-unknown',
  '64': 'not-found',
  '65': 'wrong-length',
  '70': 'yamato-captcha',
  '71': 'yamato-maintenance',
  '72': 'yamato-truncated',
  '73': 'yamato-fewer-boxes',
  '74': 'yamato-changed-markup',
  '75': 'yamato-shift-jis',
  '76': 'yamato-slow',
  '77': 'yamato-timeout',
  '78': 'yamato-reset',
  '79': 'yamato-500',
};
