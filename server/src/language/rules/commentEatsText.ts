import type { Range } from '../../shared/range';
import type { Rule, RuleFinding } from './rule';
import { directivesOf } from './suppress';

/** `#` begins a comment everywhere, and there is no way to escape it. */
export const commentEatsText: Rule = {
  id: 'comment-eats-text',
  description: 'A `#` that was hardly meant as a comment swallows the rest of its line.',
  tags: ['style'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { document } = context;
    if (!document.text.includes('#')) return;
    const directives = new Set(directivesOf(document).map((directive) => directive.comment.start));
    for (const { tree } of context.blocks) {
      for (const comment of tree.comments) {
        const { start } = comment.range;
        const inParameters = tree.parametersRange !== undefined && start >= tree.parametersRange.start;
        if (inParameters || directives.has(start)) continue;
        const text = document.text.slice(start, comment.range.end).trimEnd();
        const before = document.text.slice(lineStart(document.text, start), start);
        const reading = accident(text, before);
        if (reading) report(finding(reading, text, start, before));
      }
    }
  },
};

/** What the `#` belongs to in the writer's mind. */
type Reading = 'colour' | 'escape' | 'word' | 'tag' | 'number';

const COLOUR = /^#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})(?![\p{L}\p{N}_])/iu;
/** `#bad`, `#add`, `#facade` are words too; a digit, or one letter repeated, makes a colour of them. */
const SURE_COLOUR = /^#(?=[0-9a-f]*\d|([a-f])\1+\b)/iu;

function accident(text: string, before: string): Reading | undefined {
  if (text.includes('>') && /^<\w+:[^>]*$/u.test(before.slice(before.lastIndexOf('<')))) return 'tag';
  if (before.endsWith('\\')) return 'escape';
  if (COLOUR.test(text) && SURE_COLOUR.test(text)) return 'colour';
  if (/[\p{L}\p{N}]$/u.test(before)) return 'word';
  if (before.trim() !== '' && /^#\d+(?![\p{L}\p{N}])/u.test(text)) return 'number';
  return undefined;
}

function finding(reading: Reading, text: string, start: number, before: string): RuleFinding {
  const lost = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const range: Range = { start, end: start + text.length };
  const what = `\`#\` begins a comment, so the web UI drops \`${lost}\` and everything else on the line`;
  const advice = ADVICE[reading];
  const drop = reading === 'escape' ? { start: start - 1, end: start + 1 } : { start, end: start + 1 };
  if (reading === 'tag') return { range, message: `${what}, the end of the tag included. ${advice}` };
  return {
    range,
    message: `${what}. ${advice}`,
    fixes:
      reading === 'word' && !/\s/u.test(before)
        ? []
        : [{ title: 'Remove the `#`', safe: false, edits: [{ range: drop, newText: '' }] }],
  };
}

const ADVICE: Readonly<Record<Reading, string>> = {
  colour: 'Colours are better named in words: `bright red`.',
  escape: 'A backslash does not prevent that: write the text without `#`.',
  word: 'Write the word without `#`, or put a blank before a comment.',
  tag: 'A name with `#` cannot be written: rename the file.',
  number: 'Write `number 1` or `no. 1`.',
};

function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  return start;
}
