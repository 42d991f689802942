import type { Range } from '../../shared/range';
import type { Network } from '../analysis/resolved';
import type { Environment } from '../environment';
import { FULL_WIDTH } from '../syntax/fullWidth';
import type { Group, Text } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import type { Rule, RuleContext, RuleFinding, TextEdit } from './rule';
import { mixedPairAt } from './support/fullWidthPair';
import { isLoraType, type UsedTag } from './view/prompts';

type Report = (finding: RuleFinding) => void;

/** Characters of a Chinese or Japanese keyboard that look like syntax and are none. */
export const fullWidthPunctuation: Rule = {
  id: 'full-width-punctuation',
  description: 'Full-width `（）［］：＜＞｜，` are plain text to the web UI.',
  tags: ['style'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const text = withoutComments(context.document);
    if (!/[（）［］＜：｜，]/u.test(text)) return;
    for (const view of context.prompts) {
      for (const { item } of view.outline.groups) checkGroup(item, text, report);
      if (view.side === 'positive') for (const used of view.tags) checkTag(used, context, report);
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

function checkBrackets(item: Text, text: string, report: Report): void {
  for (const match of text.slice(item.range.start, item.range.end).matchAll(PAIR)) {
    const start = item.range.start + match.index;
    const range = { start, end: start + match[0].length };
    const half = replaced(match[0], start);
    report(bracketFinding(match[0], range, half, meaning(half.text)));
  }
}

/** One edit for all of it: no other fix may touch a bracket of the pair in the same pass. */
function bracketFinding(
  written: string,
  range: Range,
  half: { readonly text: string },
  meant: string | undefined,
): RuleFinding {
  return {
    range,
    severity: meant ? 'warning' : 'info',
    message: meant
      ? `The web UI knows only ASCII punctuation: \`${written}\` is sent to the model as words and is no ${meant}. Write \`${half.text}\`.`
      : `The web UI knows only ASCII brackets: \`${written}\` weighs nothing. Write \`${half.text}\` to weigh the words, or leave it if plain brackets are meant.`,
    fixes: [
      {
        title: `Write \`${half.text}\``,
        safe: meant !== undefined,
        edits: [{ range, newText: half.text }],
      },
    ],
  };
}

/** `(hat：1.2)` and `(hat:1.2）`: brackets of the prompt's own, around a colon or a bar that is none, or half closed. */
function checkGroup(group: Group, text: string, report: Report): void {
  if (!group.closed) checkUnclosed(group, text, report);
  else if (!group.weight && group.items.every(({ type }) => type === 'text')) {
    const { range } = group;
    const written = text.slice(range.start, range.end);
    const half = replaced(written, range.start);
    const meant = meaning(half.text);
    if (half.edits.length > 0 && meant) report(bracketFinding(written, range, half, meant));
  }
}

function checkUnclosed(group: Group, text: string, report: Report): void {
  const { start } = group.range;
  const range = mixedPairAt(text, start);
  if (!range) return;
  const half = replaced(text.slice(range.start, range.end), start);
  report({
    range,
    message: `A full-width \`${text[range.end - 1]}\` closes nothing: this \`${text[start]}\` reaches to the end of the prompt and weighs all of it. Write \`${half.text}\`.`,
    fixes: [{ title: `Write \`${half.text}\``, safe: true, edits: [{ range, newText: half.text }] }],
  });
}

/** `<lora:name：0.8>`: the colon and the weight become a part of the name. */
function checkTag({ tag, network }: UsedTag, context: RuleContext, report: Report): void {
  if (!network || !isMisread(network, context.environment)) return;
  const { text } = context.document;
  const half = text.slice(tag.range.start, tag.range.end).replaceAll('：', ':');
  const edits = [...tag.args].flatMap(({ range }) => colonEdits(text, range));
  report({
    range: network.nameRange,
    message: `Only the ASCII \`:\` parts a tag, so the web UI looks for a LoRA called \`${network.name}\`. Write \`${half}\`.`,
    fixes: [{ title: `Write \`${half}\``, safe: true, edits }],
  });
}

/** A name that no file has, although what stands before the full-width colon may well be one. */
export function isMisread({ type, name }: Network, { loras }: Environment): boolean {
  return isLoraType(type) && name.includes('：') && !loras.resolve(name).chosen;
}

function colonEdits(text: string, range: Range): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let at = text.indexOf('：', range.start); at >= 0 && at < range.end; at = text.indexOf('：', at + 1))
    edits.push({ range: { start: at, end: at + 1 }, newText: ':' });
  return edits;
}

function meaning(text: string): string | undefined {
  if (/^<\w+:/u.test(text)) return 'tag';
  if (/^\(.*:\s*[+-]?[.\p{Nd}]+\s*\)$/u.test(text)) return 'weight';
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
