import { distance } from 'fastest-levenshtein';
import { NOISE_SOURCES, type NumberRange, parameterEntry } from '../../shared/catalogue/parameters';
import { SAMPLER_NAMES } from '../../shared/catalogue/samplers';
import { SCHEDULE_NAMES } from '../../shared/catalogue/schedules';
import { plainlyMeant } from '../domain/numbers';
import { isSampler } from '../domain/samplers';
import type { Parameter } from '../syntax/nodes';
import { parseFloatPython, parseIntPython } from '../text/python';
import type { Fix, Rule, RuleFinding } from './rule';
import { decimalTail } from './support/decimalComma';
import { holdsOtherPairs } from './support/infotextSlips';

type Judgement = Omit<RuleFinding, 'range'>;

/** Values the web UI cannot use, or uses in another way than they are written. */
export const invalidParameter: Rule = {
  id: 'invalid-parameter',
  description: 'The value of a parameter cannot be used as it is written.',
  tags: ['parameters'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    for (const { tree } of context.blocks) {
      const last = new Map<string, Parameter>();
      for (const parameter of tree.parameters) {
        const before = last.get(parameter.key);
        if (before && Object.hasOwn(CHECKS, parameter.key)) {
          report({
            range: before.keyRange,
            message: `\`${parameter.key}\` is written twice, and only the last one counts. Remove this one.`,
            related: [{ range: parameter.keyRange, message: 'This one counts.' }],
          });
        }
        last.set(parameter.key, parameter);
        // `infotext-would-not-parse` speaks of pairs that are separated by something else than commas.
        if (holdsOtherPairs(parameter.value)) continue;
        const tail = decimalTail(context.document.text, parameter);
        if (tail) {
          report(decimalComma(parameter, context.document.text.slice(tail.start + 1, tail.end), tail.end));
          continue;
        }
        const finding = Object.hasOwn(CHECKS, parameter.key) ? CHECKS[parameter.key]?.(parameter) : undefined;
        if (finding) report({ range: placeOf(parameter), ...finding });
      }
    }
  },
};

const CHECKS: Readonly<Record<string, (parameter: Parameter) => Judgement | undefined>> = {
  Steps: whole('such as `20`'),
  'CFG scale': real('such as `7`'),
  Seed: seed,
  Size: size,
  Sampler: (parameter) =>
    isSampler(parameter.value) ? undefined : unknownName(parameter, 'sampler', SAMPLER_NAMES),
  'Schedule type': (parameter) =>
    SCHEDULE_NAMES.includes(parameter.value) ? undefined : unknownName(parameter, 'schedule', SCHEDULE_NAMES),
  'Clip skip': whole('such as `2`'),
  'Denoising strength': real('such as `0.5`'),
  'Batch size': whole('such as `1`'),
  RNG: (parameter) =>
    NOISE_SOURCES.some((source) => source === parameter.value)
      ? undefined
      : unknownName(parameter, 'noise source', NOISE_SOURCES),
  ENSD: whole('such as `31337`'),
};

/** `CFG scale: 7,5`: the comma ends the value, and the 5 is dropped. */
function decimalComma(parameter: Parameter, decimals: string, end: number): RuleFinding {
  const range = { start: parameter.valueRange.start, end };
  const newText = `${parameter.value}.${decimals}`;
  return {
    range,
    severity: 'error',
    message: `The comma ends the value: \`${parameter.key}\` becomes ${parameter.value}, and the ${decimals} is dropped. Write \`${newText}\`.`,
    fixes: [{ title: `Write \`${newText}\``, safe: true, edits: [{ range, newText }] }],
  };
}

function placeOf(parameter: Parameter): Parameter['valueRange'] {
  return parameter.valueRange.start < parameter.valueRange.end ? parameter.valueRange : parameter.keyRange;
}

function whole(example: string): (parameter: Parameter) => Judgement | undefined {
  return (parameter) => {
    const value = parseIntPython(parameter.value);
    if (value === undefined) return notANumber(parameter, 'a whole number', example, /^[+-]?\d+$/u);
    return outside(parameter, value);
  };
}

function real(example: string): (parameter: Parameter) => Judgement | undefined {
  return (parameter) => {
    const value = parseFloatPython(parameter.value);
    if (value === undefined || !Number.isFinite(value))
      return notANumber(parameter, 'a number', example, /./u);
    return outside(parameter, value);
  };
}

function notANumber(parameter: Parameter, what: string, example: string, shape: RegExp): Judgement {
  const meant = plainlyMeant(parameter.value);
  const good = meant !== undefined && shape.test(meant) ? meant : undefined;
  const written = parameter.value === '' ? 'Nothing' : `\`${parameter.value}\``;
  return {
    severity: 'error',
    message: `${written} is not ${what}, so \`${parameter.key}\` is ignored and the program's own setting counts. Write ${good ? `\`${good}\`` : `${what} ${example}`}.`,
    fixes: good ? [change(parameter, good, true)] : [],
  };
}

/** A value outside the range of the web UI's own control; what the built-in engine accepts may be more. */
function outside(parameter: Parameter, value: number): Judgement | undefined {
  const { usual, accepted } = parameterEntry(parameter.key) ?? {};
  if (usual === undefined || isIn(usual, value)) return undefined;
  const limits = `\`${parameter.key}\` goes from ${usual.min} to ${usual.max}`;
  return {
    message:
      accepted !== undefined && isIn(accepted, value)
        ? `${limits} in the web UI, which moves ${value} to the nearest end; the preview uses it as it is. Choose a value in between.`
        : `${limits}, and ${value} will be refused or moved to the nearest end. Choose a value in between.`,
  };
}

const isIn = ({ min, max }: NumberRange, value: number): boolean => value >= min && value <= max;

function seed(parameter: Parameter): Judgement | undefined {
  const value = parseIntPython(parameter.value);
  if (value === undefined)
    return notANumber(parameter, 'a whole number', 'such as `42`, or `-1` for a random one', /^-?\d+$/u);
  if (value >= -1) return undefined;
  return {
    message: `A seed below -1 has no meaning of its own in most programs. Write \`-1\` for a random picture, or a number from 0 on.`,
  };
}

/** Pixels. */
const SMALLEST_SIDE = parameterEntry('Size')?.accepted?.min ?? 64;
const SIZE = /^(\d+)x(\d+)$/u;

function size(parameter: Parameter): Judgement | undefined {
  const match = SIZE.exec(parameter.value);
  if (!match) {
    const repaired = parameter.value.replace(/\s*(?:px)?\s*[x×*✕X]\s*/u, 'x').replace(/\s*px$/u, '');
    const good = SIZE.test(repaired) ? repaired : undefined;
    return {
      severity: 'error',
      message: `\`${parameter.value}\` is not a size, so the program's own setting counts. Write width and height with a small x: \`${good ?? '512x768'}\`.`,
      fixes: good ? [change(parameter, good, true)] : [],
    };
  }
  const sides = [Number(match[1]), Number(match[2])];
  if (sides.every((side) => side % 8 === 0 && side >= SMALLEST_SIDE)) return undefined;
  const good = sides.map((side) => Math.max(SMALLEST_SIDE, Math.round(side / 8) * 8)).join('x');
  const why = sides.some((side) => side < SMALLEST_SIDE)
    ? 'too small to draw on'
    : 'not a multiple of 8 on both sides';
  return {
    message: `\`${parameter.value}\` is ${why}, because pictures are made of squares of 8 pixels: the program refuses it or cuts it down. Write \`${good}\`.`,
    fixes: [change(parameter, good, false)],
  };
}

function unknownName(parameter: Parameter, what: string, known: readonly string[]): Judgement {
  const { value } = parameter;
  const squeeze = (name: string): string => name.toLowerCase().replace(/[\s_-]+/gu, '');
  const same = known.find((name) => squeeze(name) === squeeze(value));
  const near =
    same ?? known.find((name) => value.length >= 3 && distance(squeeze(name), squeeze(value)) === 1);
  if (near === undefined) {
    return {
      severity: 'info',
      message: `No ${what} of the web UI is called \`${value}\`; if your program does not know it either, its own setting counts. Common ones are ${known
        .slice(0, 4)
        .map((name) => `\`${name}\``)
        .join(', ')}.`,
    };
  }
  return {
    message: `No ${what} is called \`${value}\`, so the program's own setting counts. Did you mean \`${near}\`?`,
    fixes: [change(parameter, near, same !== undefined)],
  };
}

function change(parameter: Parameter, newText: string, safe: boolean): Fix {
  return { title: `Change to \`${newText}\``, safe, edits: [{ range: parameter.valueRange, newText }] };
}
