import { shortDate } from '../japan-time.ts';
import type { Parcel } from '../parcels/parcel.ts';
import { detailBlock } from './detail-block.ts';
import { document, escapeHtml, hyphenated } from './html.ts';

/** The form's slots; unused ones stand on the page too. */
export const SLOTS = 10;

const slotName = (index: number): string => `number${String(index + 1).padStart(2, '0')}`;

function usedBox({ number, title, events }: Parcel, index: number): string {
  const last = events.at(-1);
  const date = last === undefined ? '' : shortDate(last.atMs);
  return `   <div class="tracking-box-area">
    <div class="data number"><input type="text" name="${slotName(index)}" value="${escapeHtml(number)}"></div>
    <div class="data date pc-only">${date}</div>
    <div class="data state"><a href="#AA${String(index).padStart(3, '0')}" class="js-tracking-detail"><div class="data arrow sp-only">▶</div> <div class="sp-only">${date}　</div>${escapeHtml(title)}</a></div>
   </div>
`;
}

function unusedBox(index: number): string {
  return `   <div class="tracking-box-area no-item">
    <div class="data number"><input type="text" name="${slotName(index)}" value=""></div>
    <div class="data date pc-only"></div>
    <div class="data state"></div>
   </div>
`;
}

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

/** The copy that the page prints from: the same states again, inside a script. */
function printCopy(parcels: readonly Parcel[], details: boolean): string {
  const lines = parcels.flatMap((parcel, index) => [
    ` swd.writeln('<tr><td><font size="3">${quoted(escapeHtml(hyphenated(parcel.number)))}<br></font></td>');`,
    ` swd.writeln(' <td><font size="3">${quoted(escapeHtml(parcel.title))}<br></font></td></tr>');`,
    ...(details ? detailBlock(parcel, index).split('\n') : []).map(
      (line) => ` swd.writeln('${quoted(line)}');`,
    ),
  ]);
  return `<script>\nfunction printAll() {\n var swd = window.open('', 'print').document;\n${lines.join('\n')}\n}\n</script>`;
}

/**
 * Yamato's page for up to ten numbers, by the selectors that the real one answers to; `details`: with each number's
 * block, not the overview alone.
 */
export function trackingPage(parcels: readonly Parcel[], details: boolean, charset = 'utf-8'): string {
  const boxes = Array.from({ length: SLOTS }, (_unused, index) => {
    const parcel = parcels[index];
    return parcel === undefined ? unusedBox(index) : usedBox(parcel, index);
  });
  return document(
    '荷物お問い合わせシステム | ヤマト運輸',
    `${printCopy(parcels, details)}
<form method="post" action="/cgi-bin/tneko">
 <input type="hidden" name="number00" value="1">
  <div class="tracking-box">
${boxes.join('')}  </div>
</form>
${details ? parcels.map(detailBlock).join('') : ''}`,
    charset,
  );
}
