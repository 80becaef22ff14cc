import type { Sql, TransactionSql } from 'postgres';
import { TsuisekiError } from '../errors.ts';
import { aroundTransactions } from './transactions.ts';

class SessionEnded extends TsuisekiError<'SESSION_ENDED'> {}

/**
 * Makes the driver's transactions survive the end of their session (a restart, a failover, an idle timeout). By itself
 * the driver (3.4.9, porsager/postgres#1208 and #1216) then writes its `rollback` to a socket that is no more, which
 * ends the process and would leave the connection dead for ever; and what a transaction sends later runs in whatever
 * other transaction has the connection by then. Here nothing is sent after the end; `begin` rejects all the same.
 */
export function guardTransactions(sql: Sql): void {
  aroundTransactions(sql, async (begin, work) => {
    const state = { over: false };
    try {
      return await begin((tx) => rejectsWithinSession(work(whileOpen(tx, state)), state));
    } finally {
      state.over = true;
    }
  });
}

interface State {
  over: boolean;
}

/**
 * The driver rolls back when this rejects. `begin` itself is rejected in the turn in which the session ends: a turn later
 * it is known whether there is anything to be rolled back.
 */
function rejectsWithinSession(work: unknown, state: State): Promise<unknown> {
  return new Promise((resolve, reject) => {
    Promise.resolve(work).then(resolve, (error: unknown) => {
      setImmediate(() => {
        if (!state.over) reject(error);
      });
    });
  });
}

/** The same queries, refused once the transaction is over. */
function whileOpen(tx: TransactionSql, state: State): TransactionSql {
  const refuseWhenOver = () => {
    if (state.over) throw new SessionEnded('SESSION_ENDED', 'the transaction is over: its session has ended');
  };
  return new Proxy(tx, {
    apply(target, receiver, args) {
      refuseWhenOver();
      return Reflect.apply(target, receiver, args) as unknown;
    },
    get(target, name, receiver) {
      refuseWhenOver();
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}
