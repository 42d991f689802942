import { blockRange } from './target';

/** A change of a document: characters of one line, or none where `start` equals `end`. */
export interface LineEdit {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

const WRITTEN = /(?:^|,\s*)Init image:\s*("(?:\\.|[^\\"])*"|[^,]*)/;
/** A line of parameters begins with one of the keys that every infotext has. */
const PARAMETERS =
  /^\s*(Steps|Sampler|Schedule type|CFG scale|Seed|Size|Model|Denoising strength|Init image)\s*:/;

/**
 * The edit that makes the block at a line start from a picture: its `Init image` gets another value, or its parameters
 * one more pair, or it gets a line of parameters.
 * @param name the file's path as the block is to have it.
 */
export function initImageEdit(document: string, line: number, name: string): LineEdit {
  const lines = document.split(/\r\n|\r|\n/);
  const [first, end] = blockRange(lines, line);
  const value = /[,:"\n]/.test(name) ? JSON.stringify(name) : name;
  let last = end - 1;
  while (last > first && lines[last]!.trim() === '') last -= 1;
  for (let at = last; at >= first; at -= 1) {
    const found = WRITTEN.exec(lines[at]!);
    if (!found) continue;
    const stop = found.index + found[0].length;
    return { line: at, start: stop - found[1]!.length, end: stop, newText: value };
  }
  const text = lines[last] ?? '';
  const stop = text.trimEnd().length;
  if (PARAMETERS.test(text)) {
    const comma = text.trimEnd().endsWith(',') ? ' ' : ', ';
    return { line: last, start: stop, end: stop, newText: `${comma}Init image: ${value}` };
  }
  return { line: last, start: stop, end: stop, newText: `${stop > 0 ? '\n' : ''}Init image: ${value}` };
}
