import type { Action } from '../../src/http/api/contract.ts';
import type { Codes } from './codes.ts';

/** How one steering action is spoken of. */
export interface ActionTexts {
  /** On its button. */
  label: string;
  /** The dialog's heading, asking what is meant. */
  title: string;
  /** What it does, in a sentence. */
  does: string;
  /** On the button that does it; `rows` already formatted. */
  confirm: (rows: string, count: number) => string;
  /** What it has done. */
  done: (rows: string, count: number) => string;
}

/** Everything that the page says in one language. Numbers and times come formatted. */
export interface Texts {
  codes: Codes;
  actions: Readonly<Record<Action, ActionTexts>>;
  app: {
    subtitle: string;
    overview: string;
    language: string;
    signOut: string;
    viewer: string;
    loading: string;
    noConnection: (since: string) => string;
    close: string;
    skip: string;
    version: (version: string) => string;
  };
  attention: {
    title: string;
    allWell: string;
    closed: (until: string) => string;
    held: string;
    odd: (name: string) => string;
    noWorker: (queue: string) => string;
    startWorker: string;
    silence: (duration: string) => string;
    noTemporal: string;
  };
  alerts: {
    title: string;
    none: string;
    all: string;
    by: string;
    parcel: string;
    status: string;
    since: string;
    lastDay: string;
    noLastDay: string;
    rows: string;
    lookedAt: (when: string) => string;
    more: (count: string) => string;
    moreRows: (count: string) => string;
    row: (workbook: string, row: string) => string;
  };
  batches: {
    title: string;
    search: string;
    state: string;
    all: string;
    more: string;
    none: string;
    start: string;
    workbook: string;
    progress: string;
    failed: string;
    ends: string;
    rowsWithoutWorkbook: string;
    doneOf: (done: string, total: string) => string;
    failedRows: (count: string) => string;
    invalidRows: (count: string) => string;
    nothingFailed: string;
    started: (at: string) => string;
  };
  account: {
    title: string;
    used: (used: string, limit: string) => string;
    free: (free: string) => string;
    window: (duration: string) => string;
    publish: string;
    download: string;
    check: string;
    foreign: string;
    kept: string;
    limit: string;
    now: string;
    time: string;
    total: string;
    expected: string;
    table: string;
    picture: (used: string, limit: string) => string;
    opensAt: (at: string) => string;
    heldUntil: string;
  };
  health: {
    title: string;
    success: string;
    target: (target: string) => string;
    publishes: (taken: string, all: string) => string;
    delay: string;
    delayRest: (p95: string, longest: string) => string;
    noWebhooks: string;
    silence: string;
    noSilence: string;
    silent: (duration: string) => string;
    unread: string;
    allRead: string;
    carriers: (carrier: string) => string;
    answered: (answered: string, failed: string) => string;
    good: string;
    bad: string;
    lookups: string;
    task: string;
    completed: string;
    empty: string;
    failed: string;
    none: string;
  };
  queues: {
    title: string;
    queue: string;
    worker: string;
    backlog: string;
    polled: string;
    noWorker: string;
    startWith: string;
    unknown: string;
  };
  report: {
    title: string;
    from: string;
    through: string;
    period: string;
    lastDays: (days: string) => string;
    all: string;
    csv: string;
    workbook: string;
    nothing: string;
    day: string;
    rows: string;
    calls: string;
    callsMade: string;
    requests: string;
    callsSaved: string;
    parcels: string;
    firstAttempt: string;
    laterAttempt: string;
    returned: string;
    open: string;
    moving: string;
    stalled: string;
    picture: (title: string, from: string, to: string) => string;
    tasks: string;
    batches: string;
    success: string;
    fromRecord: string;
    byHand: string;
    delay: string;
    delayRest: (median: string, p95: string) => string;
    reasons: string;
    carriers: string;
    carrier: string;
    noCarrier: string;
    delivered: string;
    transit: string;
    hours: (median: string, p90: string) => string;
    notKnown: string;
    origins: string;
    destinations: string;
    more: (count: string) => string;
    office: string;
  };
  batch: {
    temporal: string;
    workbook: string;
    rowsCsv: string;
    failedCsv: string;
    steps: string;
    notes: string;
    history: string;
    noHistory: string;
    by: (who: string) => string;
    inFlight: (jobs: string, at: string | null, n: number) => string;
    etaAt: (at: string, relative: string) => string;
    noEta: string;
    task: string;
    startedAt: string;
    endedAt: string;
    ends: string;
  };
  failures: {
    title: string;
    retryThese: string;
    retryAll: (count: string, n: number) => string;
    show: string;
    example: string;
  };
  rows: {
    title: string;
    search: string;
    state: string;
    reason: string;
    allStates: string;
    allReasons: string;
    found: (count: string, n: number) => string;
    none: string;
    clear: string;
    number: string;
    input: string;
    tracking: string;
    status: string;
    result: string;
    next: string;
    first: string;
    from: string;
    go: string;
    choose: (row: string) => string;
    chooseAll: string;
    chosen: (count: string, n: number) => string;
    unchoose: string;
    retryChosen: string;
    giveUpChosen: string;
    retryFound: string;
    giveUpFound: string;
    nothingChosen: string;
    region: string;
    open: (row: string) => string;
    pages: string;
  };
  hint: {
    perhaps: (carrier: string, confidence: string) => string;
    high: string;
    low: string;
    known: (since: string | null, status: string) => string;
    form: string;
  };
  story: {
    title: (row: string) => string;
    warnings: string;
    link: string;
    job: string;
    events: string;
  };
  dialog: {
    asking: string;
    takes: string;
    jobs: string;
    calls: string;
    credits: string;
    finishes: string;
    unwritten: string;
    nothingAsked: string;
    /** What a resume opens for other batches as well. */
    opens: (batches: string, jobs: string, n: number) => string;
    leaves: string;
    left: (count: string, why: string, numbers: string, n: number) => string;
    nothing: string;
    nothingToWrite: string;
    why: string;
    whyHint: string;
    drop: string;
    cancel: string;
    busy: string;
    wrote: (count: string, n: number) => string;
    notWritten: (row: string, why: string) => string;
  };
  start: {
    title: string;
    file: string;
    hint: string;
    drop: string;
    task: string;
    chooseTask: string;
    reading: string;
    understood: string;
    more: (count: string, n: number) => string;
    confirm: (count: string, n: number) => string;
    running: string;
    nothing: string;
  };
}
