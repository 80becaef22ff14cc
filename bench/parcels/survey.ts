import { meaningOf } from '../../src/carriers/text-meaning.ts';
import { SURVEYED_TEXTS } from '../../test/support/carriers/survey.ts';
import type { Part } from '../part.ts';

/** The texts that a public survey found, each against what it means; nothing is learnt beforehand. */
export const survey: Part = {
  name: 'survey',
  run({ figure, note }) {
    const found = SURVEYED_TEXTS.map((each) => ({ ...each, told: meaningOf(each.text, each.carrier) }));
    const unknown = found.filter(({ told }) => told.isUnknownText);
    const others = found.filter(
      ({ told, status, subStatus }) => told.status !== status || told.subStatus !== subStatus,
    );
    for (const { text, told } of [...unknown, ...others]) note(`${text}: ${told.status}`);
    figure({
      figure: `of the survey's ${found.length} texts, still unknown`,
      ...{ mustReach: '0', measured: unknown.length, unit: 'texts', ok: unknown.length === 0 },
    });
    figure({
      figure: 'of these, told as something else',
      ...{ mustReach: '0', measured: others.length, unit: 'texts', ok: others.length === 0 },
    });
    return Promise.resolve();
  },
};
