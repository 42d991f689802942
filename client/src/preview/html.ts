/** Texts and secrets of one page; all of them made by the extension, none from a document. */
export interface PreviewPage {
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
}

/** What the page may use: its own script and style by nonce, pictures of the extension, and `data:` pictures. */
export function contentSecurityPolicy({
  cspSource,
  nonce,
}: Pick<PreviewPage, 'cspSource' | 'nonce'>): string {
  return [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
}

/**
 * The page's frame. All content is made by its script from the state, as text nodes, never as markup.
 *
 * Script and style, 14 kB, are part of the page: VS Code's webviews fetch files through a service worker, which now and
 * then loses a request when a page is shown just after another was hidden, and a page without its script stays empty.
 */
export function previewHtml(page: PreviewPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(page)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${page.nonce}">${page.style.replaceAll('</', '<\\/')}</style>
<title>Preview</title>
</head>
<body>
<main id="preview"></main>
<script nonce="${page.nonce}">${page.script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>`;
}
