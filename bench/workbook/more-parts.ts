import { LAST_ROW } from './big-sheet.ts';
import type { TextParts } from './text-parts.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006';
const SPREADSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const CUSTOM_ID = '{6A0D7C58-3B7E-4F0B-9D55-6C1F6E3B8A01}';
/** A stand-in for a printer's own settings: copied, never read. */
const PRINTER_SETTINGS = 'printer '.repeat(64);

const relationship = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${DOCUMENT}/relationships/${type}" Target="${target}"/>`;

const relationships = (...all: string[]): string =>
  `${XML}<Relationships xmlns="${PACKAGE}">${all.join('')}</Relationships>`;

/** Adds to `rich.xlsm` what Excel's workbooks have besides: 9 parts. */
export function addParts(parts: TextParts): void {
  const addPart = (part: string, contentType: string, text: string): void => {
    parts.add(part, text);
    parts.append('[Content_Types].xml', `<Override PartName="/${part}" ContentType="${contentType}"/>`);
  };

  addPart(
    'xl/charts/chart2.xml',
    'application/vnd.openxmlformats-officedocument.drawingml.chart+xml',
    parts.text('xl/charts/chart1.xml').replaceAll('5001000', '5002000'),
  );
  parts.append('xl/drawings/_rels/drawing1.xml.rels', relationship('rId3', 'chart', '../charts/chart2.xml'));
  parts.edit('xl/drawings/drawing1.xml', secondChart);

  addPart(
    'xl/tables/table1.xml',
    `${SPREADSHEET}.table+xml`,
    `${XML}<table xmlns="${MAIN}" id="1" name="Notes" displayName="Notes" ref="A1:A2" totalsRowShown="0"><autoFilter ref="A1:A2"/><tableColumns count="1"><tableColumn id="1" name="second sheet"/></tableColumns><tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>`,
  );
  parts.add(
    'xl/worksheets/_rels/sheet1.xml.rels',
    relationships(relationship('rId1', 'table', '../tables/table1.xml')),
  );
  parts.append('xl/worksheets/sheet1.xml', '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>');

  addPart('xl/printerSettings/printerSettings1.bin', `${SPREADSHEET}.printerSettings`, PRINTER_SETTINGS);
  parts.append(
    'xl/worksheets/_rels/sheet2.xml.rels',
    relationship('rId13', 'printerSettings', '../printerSettings/printerSettings1.bin'),
  );
  parts.edit('xl/worksheets/sheet2.xml', (xml) =>
    xml.replace('<drawing ', '<pageSetup paperSize="9" orientation="landscape" r:id="rId13"/><drawing '),
  );

  addPart(
    'xl/calcChain.xml',
    `${SPREADSHEET}.calcChain+xml`,
    `${XML}<calcChain xmlns="${MAIN}"><c r="D${LAST_ROW + 1}" i="2"/></calcChain>`,
  );
  parts.append('xl/_rels/workbook.xml.rels', relationship('rId7', 'calcChain', 'calcChain.xml'));
  parts.append('xl/_rels/workbook.xml.rels', relationship('rId8', 'customXml', '../customXml/item1.xml'));
  parts.add('customXml/item1.xml', `${XML}<office xmlns="urn:example:office"><depot>厚木</depot></office>`);
  parts.add(
    'customXml/_rels/item1.xml.rels',
    relationships(relationship('rId1', 'customXmlProps', 'itemProps1.xml')),
  );
  addPart(
    'customXml/itemProps1.xml',
    'application/vnd.openxmlformats-officedocument.customXmlProperties+xml',
    `${XML}<ds:datastoreItem xmlns:ds="${DOCUMENT}/customXml" ds:itemID="${CUSTOM_ID}"><ds:schemaRefs/></ds:datastoreItem>`,
  );
  addPart(
    'docProps/custom.xml',
    'application/vnd.openxmlformats-officedocument.custom-properties+xml',
    `${XML}<Properties xmlns="${DOCUMENT}/custom-properties" xmlns:vt="${DOCUMENT}/docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="部署"><vt:lpwstr>物流</vt:lpwstr></property></Properties>`,
  );
  parts.append('_rels/.rels', relationship('rId4', 'custom-properties', 'docProps/custom.xml'));
}

/** The drawing with its chart a second time, of another part and further down. */
function secondChart(drawing: string): string {
  const chart = /<xdr:twoCellAnchor>.*?<\/xdr:twoCellAnchor>/s.exec(drawing)?.[0] ?? '';
  const second = chart
    .replace('id="3" name="Chart 2"', 'id="4" name="Chart 3"')
    .replace('r:id="rId2"', 'r:id="rId3"')
    .replaceAll(/<xdr:row>(\d+)</g, (_, row) => `<xdr:row>${Number(row) + 16}<`);
  return drawing.replace('</xdr:wsDr>', `${second}</xdr:wsDr>`);
}
