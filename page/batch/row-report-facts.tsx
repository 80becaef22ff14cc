import type { RowReport } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';
import { statusWords } from './status-words.ts';

/** What is known of a row; its error word for word. */
export function RowReportFacts({ report }: { report: RowReport }) {
  const { t } = useSurroundings();
  const { reason, error, warnings, input, trackingNumber, statusText, result, url } = report;
  const { customId, scrapingJobId, carrierHint } = report;
  const [what, todo] = reason === null ? [null, null] : (t.codes.reason[reason] ?? t.codes.reason.other);
  const job = [customId, scrapingJobId === null ? null : `#${scrapingJobId}`].filter((part) => part !== null);
  const words = statusWords(t.codes, report);
  const facts: [label: string, value: string | null][] = [
    [t.rows.input, input],
    [t.rows.tracking, trackingNumber],
    [
      t.rows.status,
      words === null ? null : [...new Set([words, statusText])].filter((text) => text !== null).join(' · '),
    ],
    [t.rows.result, result],
    [t.story.job, job.length === 0 ? null : job.join(' ')],
  ];
  return (
    <>
      {what === null ? null : (
        <div class="reason">
          <strong>{what}</strong>
          <span>{todo}</span>
        </div>
      )}
      {error === null ? null : <p class="verbatim error-text">{error}</p>}
      {(carrierHint === null ? warnings : warnings.slice(0, -1)).map((warning) => (
        <p key={warning} class="warning-text">
          {warning}
        </p>
      ))}
      {carrierHint === null ? null : <CarrierHint hint={carrierHint} />}
      <dl class="facts narrow">
        {facts.map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd class="verbatim">{value}</dd>
            </div>
          ),
        )}
        {url === null || !/^https?:/i.test(url) ? null : (
          <div>
            <dt>{t.story.link}</dt>
            <dd class="verbatim">
              <a href={url} target="_blank" rel="noreferrer">
                {url}
              </a>
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function CarrierHint({ hint }: { hint: NonNullable<RowReport['carrierHint']> }) {
  const { t, format } = useSurroundings();
  const { carrier, confidence, status, since } = hint;
  const name = t.codes.carrier[carrier];
  const known =
    status === null
      ? t.hint.form
      : t.hint.known(since === null ? null : format.time(since), textOf(t.codes.status, status));
  return <p class="warning-text">{`${t.hint.perhaps(name, t.hint[confidence])} ${known}`}</p>;
}
