import type { Sql } from 'postgres';
import { aroundTransactions } from './transactions.ts';

type Unsafe = Sql['unsafe'];

/**
 * Has drizzle's queries prepared, once a connection: by itself it gives them to the driver (3.4.9) as texts of one use,
 * each of which is described first, a round trip more, and planned anew.
 */
export function prepareQueries(sql: Sql): void {
  Object.assign(sql, { unsafe: preparing(sql.unsafe.bind(sql)) });
  aroundTransactions(sql, (begin, work) =>
    begin((tx) => work(Object.assign(tx, { unsafe: preparing(tx.unsafe.bind(tx)) }))),
  );
}

/** More are a list: each length of it is another text, and what is prepared stays until its connection ends. */
const MOST_PARAMETERS = 30;

/** A text without parameters may hold several statements: those cannot be prepared. */
function preparing(unsafe: Unsafe): Unsafe {
  return ((query, parameters = [], options = {}) =>
    unsafe(query, parameters, {
      ...options,
      prepare: parameters.length > 0 && parameters.length <= MOST_PARAMETERS,
    })) as Unsafe;
}
