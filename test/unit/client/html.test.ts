import { expect, it } from 'vitest';
import { contentSecurityPolicy, previewHtml } from '../../../client/src/preview/html';

const PAGE = {
  cspSource: 'https://pictures.test',
  nonce: 'abc123',
  script: 'start("</script>");',
  style: 'p { color: red }',
};

it('allows the page its own script and style, pictures, and nothing else', () => {
  expect(contentSecurityPolicy(PAGE)).toBe(
    "default-src 'none'; img-src https://pictures.test data:; style-src 'nonce-abc123'; script-src 'nonce-abc123'",
  );
});

it('has one script and one style, with the nonce, and fetches nothing', () => {
  const html = previewHtml(PAGE);
  expect(html.match(/<(script|style)\b[^>]*>/g)).toEqual([
    '<style nonce="abc123">',
    '<script nonce="abc123">',
  ]);
  expect(html).toContain('<style nonce="abc123">p { color: red }</style>');
  expect(html).not.toMatch(/\sstyle=|\son\w+=|javascript:|\ssrc=|<link/i);
});

it('does not let a string in the script end it', () => {
  const html = previewHtml(PAGE);
  expect(html).toContain('<script nonce="abc123">start("<\\/script>");</script>');
  expect(html.match(/<\/script>/g)).toHaveLength(1);
});
