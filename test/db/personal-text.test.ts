import { expect, it } from 'vitest';
import { findInFileNames, patternOf } from '../../src/db/personal-text.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();

it.each([
  ['W1234567', 'order W1234567.', true],
  ['W1234567', 'Ｗ１２３４５６７', true],
  ['W1234567', 'https://x.jp/vieworder/w1234567/a%40b.jp', true],
  ['W1234567', 'W12345678', false],
  ['W1234567', 'AW1234567', false],
  ['W1234567', 'owt-W1234567', false],
  ['W123', 'w123@x.jp', false],
  ['W123', 'https://x.jp/W1/w123%40x.jp', false],
  ['a_b+c@x.jp', 'mailto:a_b%2Bc%40x.jp', true],
  ['a_b+c@x.jp', '%2Fa_b+c@x.jp', true],
  ['a@x.jp', 'write to a@x.jp.', true],
  ['a@x.jp', 'ｂ、a＠x.jp', true],
  ['a@x.jp', 'aa@x.jp', false],
  ['a@x.jp', 'b.a@x.jp', false],
  ['a@x.jp', 'a@x.jp.com', false],
  ['a@x.jp', 'a@xzjp', false],
])('the pattern of %s finds it in %s: %s', async (text, held, found) => {
  const stage = await stageWith();
  await stage.database.sql`insert into saves (workbook, source) values (${held}, 'sweep')`;
  expect(await findInFileNames(stage.db, patternOf([text]))).toEqual(
    found ? [{ column: 'saves.workbook', rows: 1 }] : [],
  );
});
