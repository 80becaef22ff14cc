import type { Sql, TransactionSql } from 'postgres';

/** What a transaction's own function is: it gives a promise, however it is called. */
export type Work = (tx: TransactionSql) => unknown;

/** Has every transaction of a pool go through `around`, which gets the driver's own `begin`. */
export function aroundTransactions(
  sql: Sql,
  around: (begin: (work: Work) => Promise<unknown>, work: Work) => Promise<unknown>,
): void {
  const begin = sql.begin.bind(sql);
  const guarded = (...given: [string, Work] | [Work]): Promise<unknown> => {
    const [options, work] = given.length === 1 ? ['', given[0]] : given;
    return around((inner) => begin(options, inner), work);
  };
  Object.assign(sql, { begin: guarded });
}
