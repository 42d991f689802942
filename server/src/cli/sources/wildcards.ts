import { yamlTexts } from '../../workspace/yamlTexts';
import { gluedPart, type Part } from './source';

/** A wildcard file: every line that is not empty and no comment is a text that stands in prompts by itself. */
export function wildcardParts(text: string): Part[] {
  const parts: Part[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const [line] = match;
    const start = match.index;
    if (line.trim() !== '' && !line.trimStart().startsWith('#'))
      parts.push({ text: line, start, outer: (offset) => start + offset });
  }
  return parts;
}

/**
 * The texts of a YAML wildcard file. They are reported at their places and never rewritten: what a new character means to
 * YAML depends on quotes and indentation.
 */
export function yamlParts(text: string): Part[] {
  return yamlTexts(text).map(gluedPart);
}
