import { expect, it } from 'vitest';
import { contentSecurityPolicy, previewHtml } from '../../../client/src/preview/html';

const PAGE = {
  cspSource: 'https://pictures.test',
  nonce: 'abc123',
  scriptUri: 'https://pictures.test/preview.js',
  styleUri: 'https://pictures.test/preview.css',
};

it('allows the page its own files and nothing else', () => {
  expect(contentSecurityPolicy(PAGE)).toBe(
    "default-src 'none'; img-src https://pictures.test data:; style-src https://pictures.test; script-src 'nonce-abc123'",
  );
});

it('has one script, with the nonce, and nothing inline', () => {
  const html = previewHtml(PAGE);
  expect(html.match(/<script\b[^>]*>/g)).toEqual([
    '<script nonce="abc123" src="https://pictures.test/preview.js">',
  ]);
  expect(html).toContain('<script nonce="abc123" src="https://pictures.test/preview.js"></script>');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
});
