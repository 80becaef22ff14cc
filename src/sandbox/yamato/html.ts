/** Text made safe for HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A number of twelve digits as the page writes it: `1234-5678-9012`. */
export function hyphenated(number: string): string {
  return /^\d{12}$/.test(number) ? number.replace(/^(.{4})(.{4})/, '$1-$2-') : number;
}

/** The page around its content. */
export function document(title: string, body: string, charset = 'utf-8'): string {
  return `<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="${charset}">
<title>${title}</title>
</head>
<body>
${body}
</body>
</html>
`;
}
