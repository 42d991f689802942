import { distance } from 'fastest-levenshtein';
import { plainlyMeant, shortNumber } from '../domain/numbers';
import type { TagArgument } from '../syntax/nodes';
import { parseFloatPython, parseIntPython } from '../text/python';
import type { Fix, Rule, RuleContext, RuleFinding } from './rule';
import { dynArgument, weightArguments } from './support/weightArguments';
import { activeLoras, type UsedLora } from './view/prompts';

interface Options {
  readonly min: number;
  readonly max: number;
  readonly preferredTolerance: number;
  readonly maxSum: number;
}

type Report = (finding: RuleFinding) => void;

/** What a LoRA is multiplied with. */
export const loraWeight: Rule<Options> = {
  id: 'lora-weight',
  description: 'The weight of a LoRA is not a number, or not a useful one.',
  tags: ['lora', 'weight'],
  severity: 'warning',
  fixable: 'both',
  options: {
    properties: {
      min: { type: 'number', default: -2, description: 'Smallest weight that is not reported.' },
      max: { type: 'number', default: 2, description: 'Largest weight that is not reported.' },
      preferredTolerance: {
        type: 'number',
        default: 0.5,
        minimum: 0,
        description: 'How far a weight may lie from the one the LoRA prefers.',
      },
      maxSum: {
        type: 'number',
        default: 4,
        minimum: 0,
        description: 'Largest sum of the weights of all LoRAs of a block, signs ignored.',
      },
    },
  },
  check(context, options, report) {
    for (const block of context.blocks) {
      const loras = activeLoras(block);
      for (const used of loras) checkOne(used, context, options, report);
      checkSum(loras, options, report);
    }
  },
};

function checkOne(used: UsedLora, context: RuleContext, options: Options, report: Report): void {
  const weights = weightArguments(used.tag);
  let sound = true;
  for (const { argument, text, range } of weights) {
    const value = parseFloatPython(text);
    if (value === undefined) reportUnreadable(argument, text, range, used, report);
    else if (!Number.isFinite(value)) {
      const effect = Number.isNaN(value) ? 'is read as "not a number"' : 'is read as infinite';
      report({
        range,
        severity: 'error',
        message: `\`${text.trim()}\` ${effect}, and every value the LoRA touches becomes useless: the picture comes out black. Write a number such as \`1\`.`,
      });
    } else if (value < options.min || value > options.max) {
      report({
        range,
        message: `A weight of ${shortNumber(value)} lies outside ${options.min} to ${options.max}, where LoRAs burn the picture or destroy it. Most are made for weights between 0.5 and 1.`,
      });
    } else continue;
    sound = false;
  }
  checkOptions(used, report);
  const dyn = dynArgument(used.tag);
  if (dyn && parseIntPython(dyn.text) === undefined) {
    sound = false;
    report({
      range: dyn.range,
      severity: 'error',
      message: `\`${dyn.text}\` stands where the web UI reads the number of ranks to use, and it is no whole number: every LoRA of this prompt is switched off. Remove it, or write a number such as \`16\`.`,
    });
  }
  if (!sound) return;
  const { te, unet } = used.network;
  const range = used.network.weightRange ?? weights[0]?.range;
  if (te === 0 && unet === 0) {
    if (range)
      report({
        range,
        severity: 'info',
        message:
          'A weight of 0 changes nothing in the picture, yet the file is still loaded. Remove the tag, or comment the line out while you compare.',
      });
    return;
  }
  const preferred = context.environment.loras.resolve(used.network.name).chosen?.file.preferredWeight;
  if (preferred === undefined || preferred === 0 || !range) return;
  if (Math.abs(unet - preferred) <= options.preferredTolerance + 1e-9) return;
  report({
    range,
    severity: 'info',
    message: `\`${used.network.name}\` prefers a weight of ${shortNumber(preferred)}, and ${shortNumber(unet)} is far from it: expect a much ${Math.abs(unet) > Math.abs(preferred) ? 'stronger' : 'weaker'} effect than its author shows.`,
    fixes: [
      replace(`Use the preferred weight ${shortNumber(preferred)}`, range, shortNumber(preferred), false),
    ],
  });
}

/** Options of the web UI and of the extensions that read the same tag. */
const OPTIONS = [
  'te',
  'unet',
  'dyn',
  'lbw',
  'lbwe',
  'step',
  'start',
  'stop',
  'hr',
  'in',
  'out',
  'lr',
  'x',
  'y',
  'ctl',
];
/** What people write for an option, in other programs' words. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  clip: 'te',
  text: 'te',
  tenc: 'te',
  textencoder: 'te',
  text_encoder: 'te',
  model: 'unet',
  unet_weight: 'unet',
  te_weight: 'te',
};

/** `tee=0.5`: an option that nobody reads. Options that look like no known one belong to extensions. */
function checkOptions(used: UsedLora, report: Report): void {
  for (const { key, value, range } of used.tag.args) {
    if (key === undefined || OPTIONS.includes(key) || parseFloatPython(value ?? '') === undefined) continue;
    const plain = key.trim().toLowerCase();
    const meant =
      OTHER_WORDS[plain] ??
      OPTIONS.find((option) => option === plain) ??
      OPTIONS.find((option) => option.length > 1 && distance(option, plain) === 1);
    if (meant === undefined || (!Object.hasOwn(OTHER_WORDS, plain) && plain.length < 2)) continue;
    report({
      range,
      message: `No option of the tag is called \`${key}\`, so \`${key}=${value}\` is ignored. Write \`${meant}=${value}\`.`,
      fixes: [
        replace(`Write \`${meant}=\``, { start: range.start, end: range.start + key.length }, meant, true),
      ],
    });
  }
}

function reportUnreadable(
  argument: TagArgument,
  text: string,
  range: TagArgument['range'],
  used: UsedLora,
  report: Report,
): void {
  if (text.trim() === '') {
    const start = argument.range.start - 1;
    report({
      range: { start, end: argument.range.end },
      severity: 'error',
      message: `The weight is empty, and the web UI then switches off every LoRA of this prompt. Write a number, or leave the colon out too for a weight of 1.`,
      fixes: [
        {
          title: 'Remove the colon: weight 1',
          safe: argument === used.tag.args[used.tag.args.length - 1],
          edits: [{ range: { start, end: argument.range.end }, newText: '' }],
        },
      ],
    });
    return;
  }
  const extension = extensionFor(text);
  if (extension) {
    report({
      range,
      message: `\`${text}\` is the notation of the extension ${extension.name}; without it the web UI reads no number here and switches off every LoRA of this prompt. ${extension.advice}`,
      ...(extension.prefix && {
        fixes: [replace(`Write \`${extension.prefix}\``, range, extension.prefix + text, true)],
      }),
    });
    return;
  }
  const meant = plainlyMeant(text);
  report({
    range,
    severity: 'error',
    message: `\`${text}\` is not a number, and the web UI then switches off every LoRA of this prompt. ${meant ? `Write \`${meant}\`.` : 'Write a number with a point, such as `0.8`.'}`,
    fixes: meant ? [replace(`Write \`${meant}\``, range, meant, true)] : [],
  });
}

/** Notations of extensions that share the tag with the web UI. */
function extensionFor(text: string): { name: string; advice: string; prefix?: string } | undefined {
  if (text.length > 400) return undefined;
  if (/^[\s\d.@,;+-]*@[\s\d.@,;+-]*$/u.test(text)) {
    return { name: 'loractl', advice: 'Keep it only where that extension is installed.' };
  }
  if (/^(?:[A-Z][A-Z0-9_]{2,}(?:\.\d+)?|-?[\d.]+(?:,-?[\d.]+){10,})$/u.test(text)) {
    return {
      name: 'LoRA Block Weight',
      advice: 'Its named form `lbw=…` is understood by both.',
      prefix: 'lbw=',
    };
  }
  return undefined;
}

function checkSum(loras: readonly UsedLora[], options: Options, report: Report): void {
  let sum = 0;
  for (const { tag, network } of loras) {
    const before = sum;
    if (Number.isFinite(network.unet)) sum += Math.abs(network.unet);
    if (before > options.maxSum || sum <= options.maxSum || loras.length < 2) continue;
    const total = loras.reduce(
      (all, one) => all + (Number.isFinite(one.network.unet) ? Math.abs(one.network.unet) : 0),
      0,
    );
    report({
      range: tag.range,
      severity: 'info',
      message: `The weights of the ${loras.length} LoRAs of this block add up to ${shortNumber(total)}, more than ${options.maxSum}: stacked that high, they pull the picture apart. Lower them together, for instance to half.`,
    });
    return;
  }
}

function replace(title: string, range: TagArgument['range'], newText: string, safe: boolean): Fix {
  return { title, safe, edits: [{ range, newText }] };
}
