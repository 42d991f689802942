/** URIs and secrets of one page; all of them made by the extension, none from a document. */
export interface PreviewPage {
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
}

/** What the page may load: its own script by nonce, its own style, pictures of the extension, and `data:` pictures. */
export function contentSecurityPolicy({
  cspSource,
  nonce,
}: Pick<PreviewPage, 'cspSource' | 'nonce'>): string {
  return [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
}

/** The page's frame. All content is made by its script from the state, as text nodes, never as markup. */
export function previewHtml(page: PreviewPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(page)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${page.styleUri}">
<title>Preview</title>
</head>
<body>
<main id="preview"></main>
<script nonce="${page.nonce}" src="${page.scriptUri}"></script>
</body>
</html>`;
}
