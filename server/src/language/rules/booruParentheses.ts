import type { Group } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleFinding } from './rule';

/** Danbooru and e621 tags end in a qualifier in brackets, which is attention syntax everywhere else. */
export const booruParentheses: Rule = {
  id: 'booru-parentheses',
  description: 'The brackets of a booru tag such as `saber_(fate)` are read as a weight.',
  tags: ['weight', 'syntax'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    if (!context.document.text.includes('(')) return;
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const { item } of view.outline.groups) {
        if (item.bracket !== 'round' || !item.closed) continue;
        const sure = isQualifier(item, text);
        if (!sure && !isKnownQualifier(item, text)) continue;
        if (item.items.some(({ type }) => type !== 'text' && type !== 'escape')) continue;
        const finding = judge(item, view.tree.range.start, text, sure);
        if (finding) report(finding);
      }
    }
  },
};

/** Words that stand in brackets behind many tags, also where the underscores are written as blanks. */
const QUALIFIERS: ReadonlySet<string> = new Set(
  [
    'fate,fate/stay night,fate/grand order,fate/extra,fate/apocrypha,fgo,genshin impact,honkai: star rail,honkai impact',
    'pokemon,touhou,azur lane,arknights,kancolle,kantai collection,blue archive,nikke,idolmaster,love live!',
    'girls und panzer,fire emblem,league of legends,overwatch,final fantasy,zelda,persona,vocaloid,splatoon,xenoblade',
    'hololive,nijisanji,granblue fantasy,umamusume,princess connect!,umineko,danganronpa,bocchi the rock!,jojo,naruto,bleach',
    'my little pony,mlp,sonic,digimon,undertale,zenless zone zero,wuthering waves,punishing: gray raven,reverse:1999',
    'medium,cosplay,artist,series,symbol,meme,creature,company,food,animal,weapon,vehicle,module,swimsuit,summer',
  ]
    .join(',')
    .split(','),
);

/** `word_(…)`, and the first bracket of a tag such as `(o)_(o)`. */
function isQualifier({ range }: Group, text: string): boolean {
  if (text[range.start - 1] === '_')
    return /[^\s,()[\]<>|:]/u.test(text[range.start - 2] ?? '') || text[range.start - 2] === ')';
  return text.startsWith('_(', range.end) && /^[\s,]?$/u.test(text[range.start - 1] ?? '');
}

function isKnownQualifier(group: Group, text: string): boolean {
  const { start, end } = group.range;
  if (group.weight || !/[\p{L}\p{N}] ?$/u.test(text.slice(Math.max(0, start - 2), start))) return false;
  return QUALIFIERS.has(
    text
      .slice(start + 1, end - 1)
      .replaceAll('_', ' ')
      .toLowerCase(),
  );
}

function judge(group: Group, promptStart: number, text: string, sure: boolean): RuleFinding | undefined {
  const { range, weight } = group;
  const inner = text.slice(range.start + 1, range.end - 1);
  // A comma or a line end parts tags, so a bracket that holds one is no part of a tag.
  if (inner.trim() === '' || /[,\r\n]/u.test(inner)) return undefined;
  const from = tagStart(text, range.start, promptStart);
  const before = text.slice(from, range.start);
  const open = { range: { start: range.start, end: range.start }, newText: '\\' };
  if (weight) {
    const words = text.slice(range.start + 1, weight.range.start).replace(/\s*:\s*$/u, '');
    const newText = `(${before}\\(${words}\\):${weight.text})`;
    return {
      range,
      message: `Only \`${words}\` is weighed here, and the brackets do not reach the model as a part of the tag \`${before}(${words})\`. Write \`${newText}\`.`,
      fixes: /[()[\]]/u.test(before)
        ? []
        : [
            {
              title: `Write \`${newText}\``,
              safe: false,
              edits: [{ range: { start: from, end: range.end }, newText }],
            },
          ],
    };
  }
  const close = { range: { start: range.end - 1, end: range.end - 1 }, newText: '\\' };
  const written = `\\(${inner}\\)`;
  const fix: Fix = { title: `Write \`${written}\``, safe: sure, edits: [open, close] };
  return {
    range,
    ...(!sure && { severity: 'info' as const }),
    message: `Brackets are a weight, not a part of the tag: \`${inner}\` is strengthened by 1.1, and the model reads \`${before}${inner}\`. Write \`${before}${written}\`.`,
    fixes: [fix],
  };
}

/** Where the tag begins to which the bracket at `offset` belongs. */
function tagStart(text: string, offset: number, limit: number): number {
  let start = offset;
  while (start > limit && offset - start < 200 && !/[,\r\n([<>|{]/u.test(text[start - 1]!)) start--;
  // An escaped bracket is a part of the tag.
  while (start > limit + 1 && text[start - 1] === '(' && text[start - 2] === '\\') {
    start -= 2;
    while (start > limit && offset - start < 200 && !/[,\r\n([<>|{]/u.test(text[start - 1]!)) start--;
  }
  while (start < offset && /\s/u.test(text[start]!)) start++;
  return start;
}
