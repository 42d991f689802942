import type { Target } from '../environment';
import type { And } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleFinding } from './rule';
import type { PromptView } from './view/prompts';

/** Programs that compose prompts at `AND`; the others are left to `portability`. */
const COMPOSES: ReadonlySet<Target> = new Set(['a1111', 'forge', 'sdnext', 'swarmui']);

/** `AND` in capitals splits the prompt in two pictures that are laid over each other. */
export const andInWords: Rule = {
  id: 'and-in-words',
  description: '`AND` in capitals splits the prompt, or stands in a negative prompt, where it is a word.',
  tags: ['style'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const { document, environment } = context;
    if (!document.text.includes('AND') || !COMPOSES.has(environment.target)) return;
    const text = withoutComments(document);
    for (const view of context.prompts) {
      for (const item of view.tree.items) {
        if (item.type !== 'and') continue;
        const finding = view.side === 'negative' ? inNegative(item, text) : inWords(item, view, text);
        if (finding) report(finding);
      }
    }
  },
};

/** Pairs of words that are one thing. */
const PAIRS =
  /(?:^|[\s,])(?:black AND white|white AND black|salt AND pepper|rock AND roll|sword AND sorcery|pen AND ink|ink AND wash|day AND night|beauty AND the beast|good AND evil|up AND down|bed AND breakfast|fish AND chips|pride AND prejudice|love AND peace|sex AND the city|dungeons AND dragons)(?![\p{L}])/iu;
const NEAR = 40;

function inWords(and: And, view: PromptView, text: string): RuleFinding | undefined {
  const { start, end } = view.tree.range;
  const before = text.slice(Math.max(start, and.range.start - NEAR), and.range.start);
  const after = text.slice(and.range.end, Math.min(end, and.range.end + NEAR));
  const isPair = PAIRS.test(
    `${/[^,\r\n]*$/u.exec(before)?.[0] ?? ''}AND${/^[^,\r\n]*/u.exec(after)?.[0] ?? ''}`,
  );
  // Words in capitals on both sides: the writer's caps lock, not composition.
  const left = /(?<![\p{L}\p{N}])(\p{Lu}{2,})[ \t]+$/u.exec(before);
  const right = /^[ \t]+(\p{Lu}{2,})(?![\p{L}\p{N}])/u.exec(after);
  const isCapitals = left !== null && right !== null && left[1] !== 'BREAK' && right[1] !== 'BREAK';
  if (!isPair && !isCapitals) return undefined;
  const words = `${/\S+\s+$/u.exec(before)?.[0] ?? ''}AND${/^\s+\S+/u.exec(after)?.[0] ?? ''}`.trim();
  return {
    range: and.range,
    message: `\`AND\` in capitals splits the prompt: what stands before and behind it is drawn as two prompts, laid over each other, and \`${words}\` is not read as one thing. Write \`and\`.`,
    fixes: [lowerCase(and, isPair)],
  };
}

function inNegative(and: And, text: string): RuleFinding {
  const blank = /\s/u.test(text[and.range.start - 1] ?? '');
  return {
    range: and.range,
    severity: 'info',
    message:
      '`AND` composes prompts only on the positive side: in a negative prompt it is sent to the model as a word. Write a comma.',
    fixes: [
      {
        title: 'Write a comma',
        safe: false,
        edits: [
          {
            range: { start: blank ? and.range.start - 1 : and.range.start, end: and.range.end },
            newText: ',',
          },
        ],
      },
    ],
  };
}

function lowerCase(and: And, safe: boolean): Fix {
  return { title: 'Write `and`', safe, edits: [{ range: and.range, newText: 'and' }] };
}
