import { expect, it } from 'vitest';
import { payloadOf } from '../../src/outbound/notices/notice.ts';
import type { Notice } from '../../src/outbound/notices/notice.ts';
import { sendNotice } from '../../src/outbound/notices/send-notice.ts';
import { recordingServer } from '../support/http/recording-server.ts';

const NOTICE: Notice = {
  id: 7,
  kind: 'batch-stalled',
  state: 'begun',
  batchId: '260115-a1b2c3',
  title: 'Batch *1* <!channel>',
  text: 'YTO-`x`_[a](http://b).xlsx & @all: "tsuiseki status"',
  begunAt: '2026-01-15T05:05:00.000Z',
  overAt: null,
};

it('Slack: control characters are entities, and blocks are plain text', () => {
  const title = 'Batch *1* &lt;!channel&gt;';
  const text = 'YTO-`x`_[a](http://b).xlsx &amp; @all: "tsuiseki status"';
  expect(payloadOf('slack', NOTICE)).toEqual({
    text: title,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
      { type: 'section', text: { type: 'plain_text', text, emoji: false } },
    ],
  });
});

it('Teams: an adaptive card of text runs, which take no Markdown', () => {
  expect(payloadOf('teams', NOTICE)).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            {
              type: 'RichTextBlock',
              inlines: [{ type: 'TextRun', text: NOTICE.title, weight: 'Bolder', size: 'Medium' }],
            },
            { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: NOTICE.text }] },
          ],
        },
      },
    ],
  });
});

it('LINE WORKS: title and body, plain', () => {
  expect(payloadOf('line-works', NOTICE)).toEqual({ title: NOTICE.title, body: { text: NOTICE.text } });
});

it('Rocket.Chat: one code block that nothing in it ends, and that mentions nobody', () => {
  expect(payloadOf('rocket-chat', { ...NOTICE, text: 'a```b @all' })).toEqual({
    text: "```\nBatch *1* <!channel>\na'''b @\u200Ball\n```",
  });
});

it('json: all that is known', () => expect(payloadOf('json', NOTICE)).toEqual(NOTICE));

it.each(['slack', 'teams', 'line-works', 'rocket-chat'] as const)('%s: long texts are cut', (style) => {
  const long = { ...NOTICE, title: '題'.repeat(10_000), text: '文'.repeat(10_000) };
  expect(JSON.stringify(payloadOf(style, long)).length).toBeLessThan(2_000);
});

it.each([
  [200, null],
  [202, null],
  [301, 'NOTICE_NOT_TAKEN'],
  [400, 'NOTICE_REFUSED'],
  [404, 'NOTICE_NOT_TAKEN'],
  [429, 'NOTICE_NOT_TAKEN'],
  [500, 'NOTICE_NOT_TAKEN'],
])('an answer of %i: %s', async (status, code) => {
  const { url, received } = await recordingServer(() => ({ status, headers: { location: '/' } }));
  const sent = sendNotice({ url: `${url}/hook/secret`, style: 'json' }, NOTICE);
  if (code === null) await sent;
  else await expect(sent).rejects.toMatchObject({ code, message: expect.not.stringContaining('secret') });
  expect(received).toMatchObject([{ method: 'POST', url: '/hook/secret' }]);
  expect(JSON.parse(received[0]?.body.toString() ?? '')).toEqual(NOTICE);
});
