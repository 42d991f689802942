import { plainlyMeant, shortNumber } from '../domain/numbers';
import type { Group } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import { parseFloatPython } from '../text/python';
import type { Rule, RuleFinding } from './rule';
import { suspicionOf } from './support/suspicious';

interface Options {
  readonly min: number;
  readonly max: number;
}

type Report = (finding: RuleFinding) => void;

/** The number of `(text:1.2)`, and what brackets inside brackets multiply to. */
export const attentionWeight: Rule<Options> = {
  id: 'attention-weight',
  description: 'An attention weight cannot be read, is not read as one, or is out of range.',
  tags: ['weight'],
  severity: 'warning',
  fixable: 'safe',
  options: {
    properties: {
      min: { type: 'number', default: 0, description: 'Smallest weight that is not reported.' },
      max: { type: 'number', default: 2, description: 'Largest weight that is not reported.' },
    },
  },
  check(context, options, report) {
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const { item, parents } of view.outline.groups) {
        if (item.weight) {
          if (!suspicionOf(item, text)) checkNumber(item, options, report);
        } else if (item.bracket === 'round' && item.closed) checkMissing(item, text, report);
        else if (item.closed) checkMoment(item, text, report);
        const inner = weightOf(item);
        const outer = parents.reduce(
          (product, parent) => product * (parent.type === 'group' ? weightOf(parent) : 1),
          1,
        );
        const product = inner * outer;
        const above = product > options.max && inner <= options.max && outer <= options.max;
        const below = product < options.min && inner >= options.min && outer >= options.min;
        if (above || below) reportProduct(product, item, options, report);
      }
    }
  },
};

function checkNumber(group: Group, options: Options, report: Report): void {
  const weight = group.weight!;
  const { value, text, range } = weight;
  if (Number.isNaN(value)) {
    const meant = plainlyMeant(text);
    report({
      range,
      severity: 'error',
      message: `The web UI reads \`${text}\` as a weight, but it is not a number, and the picture is not made at all. Write ${meant ? `\`${meant}\`` : 'a number with one point, such as `1.2`'}.`,
      fixes: meant ? [{ title: `Write \`${meant}\``, safe: true, edits: [{ range, newText: meant }] }] : [],
    });
  } else if (value < 0 && options.min >= 0) {
    report({
      range,
      message: `A negative attention weight rarely gives the opposite of the words; it mostly distorts the picture. Put the words into the negative prompt instead.`,
    });
  } else if (value < options.min || value > options.max) {
    report({
      range,
      message: `A weight of ${shortNumber(value)} lies outside ${options.min} to ${options.max}: the words around it are drowned and the picture breaks up. Weights between 0.5 and 1.5 are usual.`,
    });
  }
}

/** `(a:1e3)`, `(a:−1)`, `(a:1,2)`, `(a:)`: written as a weight and read as text. */
function checkMissing(group: Group, text: string, report: Report): void {
  const inner = text.slice(group.range.start + 1, group.range.end - 1);
  const colon = inner.lastIndexOf(':');
  if (colon < 0) return;
  const last = group.items[group.items.length - 1];
  if (last?.type !== 'text' || last.range.start > group.range.start + 1 + colon) return;
  const tail = inner.slice(colon + 1);
  const head = inner.slice(0, colon);
  const start = group.range.start + 1 + colon;
  if (tail.trim() === '') {
    if (!/[\p{L}\p{N}]{2}$/u.test(head)) return;
    report({
      range: { start, end: group.range.end - 1 },
      message: `No number follows the colon, so the web UI takes it for a part of the words and weighs them with 1.1. Write the weight, or leave the colon out.`,
      fixes: [
        {
          title: 'Remove the colon',
          safe: false,
          edits: [{ range: { start, end: group.range.end - 1 }, newText: '' }],
        },
      ],
    });
    return;
  }
  // The tree knows ASCII digits only; the web UI reads those of every script.
  if (/^\s*[+-]?[.\p{Nd}]+\s*$/u.test(tail)) return;
  const number = readable(tail);
  if (number === undefined) return;
  const blanks = tail.length - tail.trimStart().length;
  const range = { start: start + 1 + blanks, end: start + 1 + tail.trimEnd().length };
  report({
    range,
    message: `\`${tail.trim()}\` is not a number as the web UI writes weights, so it stays in the prompt as words, weighed with 1.1. Write \`${number}\`.`,
    fixes: [{ title: `Write \`${number}\``, safe: true, edits: [{ range, newText: number }] }],
  });
}

/** `[cat:dog:0,5]`, `[cat:dog:50%]`: written as a schedule and read as weakened text. */
function checkMoment(group: Group, text: string, report: Report): void {
  const inner = text.slice(group.range.start + 1, group.range.end - 1);
  const match = MOMENT.exec(inner.slice(-LONGEST_MOMENT));
  if (!match?.[1] || !inner.includes(':')) return;
  const written = match[1];
  const value = /^\d+(?:[.,]\d+)?\s*[%％]$/u.test(written)
    ? Number.parseFloat(written.replace(',', '.')) / 100
    : readable(written.replace(/\s*steps?$/iu, ''));
  if (value === undefined) return;
  const number = typeof value === 'number' ? shortNumber(value) : value;
  const end = group.range.end - 1 - (inner.length - inner.trimEnd().length);
  const range = { start: end - written.length, end };
  report({
    range,
    message: `\`${written}\` is not a number as schedules are written, so \`[from:to:when]\` does not switch here: its words are sent to the model, weakened. Write \`${number}\`.`,
    fixes: [{ title: `Write \`${number}\``, safe: true, edits: [{ range, newText: number }] }],
  });
}

/** A comma, a percent sign, a unit or another script's digits where a schedule has its number. */
const MOMENT =
  /(?<=:\s*)(\d+,\d+|\d+(?:[.,]\d+)?\s*[%％]|\d*\.?\d+\s*steps?|\d*\.{2,}\d+|[０-９]+(?:[．.，][０-９]+)?)\s*$/iu;
const LONGEST_MOMENT = 40;

/** A number in a notation that the weight pattern does not know, in the one it knows. */
function readable(tail: string): string | undefined {
  const meant = plainlyMeant(tail.trim());
  const value = parseFloatPython(meant ?? tail);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  const number = shortNumber(value);
  return /^[+-]?[\d.]+$/u.test(number) ? number : undefined;
}

function weightOf(group: Group): number {
  if (group.weight) return Number.isNaN(group.weight.value) ? 1 : group.weight.value;
  return group.bracket === 'round' ? 1.1 : 1 / 1.1;
}

function reportProduct(product: number, group: Group, options: Options, report: Report): void {
  report({
    range: group.range,
    message: `Brackets inside brackets multiply: these words weigh ${shortNumber(product)}, outside ${options.min} to ${options.max}. Write one bracket with the weight you want, such as \`(words:1.5)\`.`,
  });
}
