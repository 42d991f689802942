import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const FOLDER = path.join(__dirname, '../../golden/prompt');

/** Every text of the golden cases, whatever program it was written for: valid, broken and foreign prompts. */
export function corpus(): string[] {
  const texts = new Set<string>();
  for (const file of readdirSync(FOLDER).sort()) {
    if (!file.endsWith('.jsonl')) continue;
    for (const line of readFileSync(path.join(FOLDER, file), 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const { input } = JSON.parse(line) as { input: unknown };
      if (typeof input === 'string') texts.add(input);
    }
  }
  return [...texts];
}
