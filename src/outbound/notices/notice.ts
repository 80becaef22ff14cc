/** What people are told of an incident: that it began, or that it is over. */
export interface Notice {
  id: number;
  /** Such as `publishing-held`. */
  kind: string;
  state: 'begun' | 'over';
  batchId: string | null;
  title: string;
  text: string;
  begunAt: string;
  overAt: string | null;
}

export const NOTICE_STYLES = ['json', 'slack', 'teams', 'line-works', 'rocket-chat'] as const;
export type NoticeStyle = (typeof NOTICE_STYLES)[number];

/** Longer texts are refused: by Slack a header over 150 characters. LINE WORKS tells no limit; this is its Bots'. */
const MAX_TITLE_CHARACTERS = 150;
const MAX_TEXT_CHARACTERS = 1_000;

const cut = (text: string, characters: number) => {
  const all = [...text];
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
};

/**
 * The body that each receiver takes. Titles and texts hold what others wrote, names of files and errors: none of it is read
 * as a format, a link or a mention.
 */
export function payloadOf(style: NoticeStyle, notice: Notice): object {
  const title = cut(notice.title, MAX_TITLE_CHARACTERS);
  const text = cut(notice.text, MAX_TEXT_CHARACTERS);
  switch (style) {
    case 'json':
      return notice;
    case 'slack':
      return slack(title, text);
    case 'teams':
      return teams(title, text);
    case 'line-works':
      // Plain text. https://developers.worksmobile.com/jp/docs/webhook
      return { title, body: { text } };
    case 'rocket-chat':
      return { text: rocketChat(`${title}\n${text}`) };
  }
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping; `text` is what a phone shows on its locked screen. */
function slack(title: string, text: string): object {
  const escaped = (each: string) =>
    each.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const plain = (each: string) => ({ type: 'plain_text', text: escaped(each), emoji: false });
  return {
    text: escaped(title),
    blocks: [
      { type: 'header', text: plain(title) },
      { type: 'section', text: plain(text) },
    ],
  };
}

/**
 * An adaptive card, as the workflow "When a Teams webhook request is received" takes it
 * (https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook). A text run takes no Markdown, a text block does
 * (https://adaptivecards.io/explorer/TextRun.html).
 */
function teams(title: string, text: string): object {
  const block = (run: object) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', ...run }] });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [block({ text: title, weight: 'Bolder', size: 'Medium' }), block({ text })],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

/**
 * A code block: its grammar (RocketChat/Rocket.Chat, packages/message-parser/src/grammar.pegjs) escapes nothing else. An @
 * followed by a space of no width mentions nobody.
 */
function rocketChat(text: string): string {
  return `\`\`\`\n${text.replaceAll('`', "'").replaceAll('@', '@\u200B')}\n\`\`\``;
}
