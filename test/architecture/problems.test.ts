import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const CODE = /(?:\bfailure\(\s*|\bcode: )'([a-z0-9-]+)'/g;

function codesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .flatMap((text) => [...text.matchAll(CODE)].map(([, code]) => code!))
    .filter((code) => !code.startsWith('safetensors-'));
}

it('has every problem code on its page', () => {
  const page = readFileSync(path.join(root, 'docs/problems.md'), 'utf8');
  const codes = [...new Set(['server/src', 'client/src'].flatMap(codesIn))];
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
});

it('explains every configuration key', () => {
  const schema = JSON.parse(
    readFileSync(path.join(root, 'media/schemas/sdprompt.config.schema.json'), 'utf8'),
  );
  const page = readFileSync(path.join(root, 'docs/configuration.md'), 'utf8');
  const keys = Object.keys(schema.properties).filter((key) => key !== '$schema');
  expect(keys.length).toBeGreaterThan(5);
  expect(keys.filter((key) => !page.includes(`| \`${key}\` |`))).toEqual([]);
});
