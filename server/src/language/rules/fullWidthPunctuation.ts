import { FULL_WIDTH } from '../syntax/chars';
import type { Text } from '../syntax/nodes';
import type { Rule, RuleFinding, TextEdit } from './rule';
import { withoutComments } from './support/plainText';

/** Characters of a Chinese or Japanese keyboard that look like syntax and are none. */
export const fullWidthPunctuation: Rule = {
  id: 'full-width-punctuation',
  description: 'Full-width `（）［］：＜＞｜，` are plain text to the web UI.',
  tags: ['style'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const text = withoutComments(context.document);
    if (!/[（）［＜：，]/u.test(text)) return;
    for (const view of context.prompts) {
      const commas: number[] = [];
      for (const item of view.outline.texts) {
        checkBrackets(item, text, report);
        for (let at = item.range.start; at < item.range.end; at++) if (text[at] === '，') commas.push(at);
      }
      const first = commas[0];
      if (first === undefined) continue;
      const many = commas.length > 1 ? `${commas.length} full-width commas` : 'A full-width comma';
      report({
        range: { start: first, end: first + 1 },
        severity: 'hint',
        message: `${many} in this prompt: the model knows \`,\` better, and a chunk of 75 tokens is only parted at \`,\`. Replace by \`,\`.`,
        fixes: [
          {
            title: commas.length > 1 ? 'Replace every `，` of this prompt by `,`' : 'Replace by `,`',
            safe: false,
            edits: commas.map((at) => ({ range: { start: at, end: at + 1 }, newText: ',' })),
          },
        ],
      });
    }
  },
};

/** A pair of brackets is one finding; inside it everything full-width is part of the same slip. */
const PAIR =
  /（[^（）()\r\n]*[）)]|\([^（）()\r\n]*）|［[^［］[\]\r\n]*[］\]]|＜\s*\w+\s*[:：][^＜＞<>\r\n]*[＞>]|<\w+：[^＜＞<>\r\n]*[＞>]/gu;

function checkBrackets(item: Text, text: string, report: (finding: RuleFinding) => void): void {
  for (const match of text.slice(item.range.start, item.range.end).matchAll(PAIR)) {
    const start = item.range.start + match.index;
    const range = { start, end: start + match[0].length };
    const half = replaced(match[0], start);
    const meant = meaning(half.text);
    report({
      range,
      severity: meant ? 'warning' : 'info',
      message: meant
        ? `The web UI knows only ASCII punctuation: \`${match[0]}\` is sent to the model as it stands and is no ${meant}. Write \`${half.text}\`.`
        : `The web UI knows only ASCII brackets: \`${match[0]}\` weighs nothing. Write \`${half.text}\` to weigh the words, or leave it if plain brackets are meant.`,
      fixes: [{ title: `Write \`${half.text}\``, safe: meant !== undefined, edits: half.edits }],
    });
  }
}

function meaning(text: string): string | undefined {
  if (/^<\w+:/u.test(text)) return 'tag';
  if (/^\(.*:\s*[+-]?[.\d]+\s*\)$/u.test(text)) return 'weight';
  if (/^\[.*(?:\||:\s*[\d.]+\s*\]$)/u.test(text)) return 'schedule';
  return undefined;
}

function replaced(text: string, start: number): { text: string; edits: TextEdit[] } {
  const edits: TextEdit[] = [];
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const ascii = FULL_WIDTH[text.charCodeAt(at)];
    // Commas have a finding of their own.
    if (ascii === undefined || ascii === ',') {
      result += text[at];
      continue;
    }
    result += ascii;
    edits.push({ range: { start: start + at, end: start + at + 1 }, newText: ascii });
  }
  return { text: result, edits };
}
