import type { ModelFacts } from '../../shared/facts';
import type { MeasuredLookup } from '../../shared/measurement';
import { modelOf } from '../domain/models';
import { shortNumber } from '../domain/numbers';
import type { Rule, RuleBlock, RuleContext, RuleFinding } from './rule';
import { type BlockLoad, loadsOf, partOf, type StackMember } from './support/measuredStack';
import { weightArguments } from './support/weightArguments';
import { activeLoras, type UsedLora } from './view/prompts';

interface Options {
  readonly maxShare: number;
}

interface Member extends StackMember {
  readonly used: UsedLora;
}

/** LoRAs that together change a part of the model too much. */
export const overcookedStack: Rule<Options> = {
  id: 'overcooked-stack',
  description: 'The LoRAs of a block change the model more than it takes.',
  tags: ['lora', 'weight'],
  severity: 'warning',
  fixable: 'unsafe',
  options: {
    properties: {
      maxShare: {
        type: 'number',
        default: 0.5,
        minimum: 0,
        description:
          'How much the LoRAs of a block may change a part of the model, as a share of the norm of its weights.',
      },
    },
  },
  check(context, { maxShare }, report) {
    const { measured } = context.environment;
    if (!measured) return;
    for (const block of context.blocks) {
      const model = modelOf(block.tree, context.environment);
      if (!model) continue;
      const finding = judge(membersOf(block, context, model, measured), model, measured, maxShare);
      if (finding) report(finding);
    }
  },
};

/** The LoRAs of the block that were measured and have any weight. */
function membersOf(
  block: RuleBlock,
  { environment }: RuleContext,
  model: ModelFacts,
  measured: MeasuredLookup,
): Member[] {
  return activeLoras(block).flatMap((used) => {
    const { name, te, unet } = used.network;
    const facts = environment.loras.resolve(name).chosen;
    if (!facts || !Number.isFinite(te) || !Number.isFinite(unet) || (te === 0 && unet === 0)) return [];
    return measured.change(facts, model) ? [{ used, facts, te, unet }] : [];
  });
}

function judge(
  members: readonly Member[],
  model: ModelFacts,
  measured: MeasuredLookup,
  limit: number,
): RuleFinding | undefined {
  const over = loadsOf(members, model, measured).filter(({ ratio }) => ratio > limit);
  if (over.length === 0) return undefined;
  const worst = over.reduce((most, load) => (load.ratio > most.ratio ? load : most));
  const most = worst.shares.indexOf(Math.max(...worst.shares));
  const { used } = members[most]!;
  const { name, weightRange } = used.network;
  const changes = `\`${worst.block}\` of \`${model.name}\` by ${worst.isExact ? '' : 'up to '}${percent(worst.ratio)}`;
  const effect = `more than ${percent(limit)}, and such pictures come out burnt`;
  const one = members.length === 1;
  const who = one ? `\`${name}\` at this weight changes` : `Together these ${members.length} LoRAs change`;
  const part = one ? '' : `, most of it by \`${name}\``;
  const advice = adviceFor(members, most, over, worst, limit);
  return {
    range: weightRange ?? used.tag.range,
    message: `${who} ${changes}${part}: ${effect}. ${advice.text}`,
    ...(advice.weight !== undefined &&
      weightRange &&
      weightArguments(used.tag).length === 1 && {
        fixes: [
          {
            title: `Use the weight ${advice.weight}`,
            safe: false,
            edits: [{ range: weightRange, newText: advice.weight }],
          },
        ],
      }),
    related: members
      .filter((member) => member.used !== used)
      .map((member) => ({ range: member.used.tag.range, message: 'Part of the same stack.' })),
  };
}

/** The weight of one LoRA that brings all blocks under the limit, or the factor for all weights where none does. */
function adviceFor(
  members: readonly Member[],
  most: number,
  over: readonly BlockLoad[],
  worst: BlockLoad,
  limit: number,
): { readonly text: string; readonly weight?: string } {
  const { te, unet } = members[most]!;
  const part = partOf(worst.block);
  const isOne = te === unet;
  const relevant = isOne ? over : over.filter(({ block }) => partOf(block) === part);
  const now = part === 'te' ? te : unet;
  const bounds = relevant.map((load) => boundOf(load, most, now, limit));
  const smallest = Math.min(...bounds.map((bound) => bound ?? 0));
  // Down to hundredths, so that it is under the limit and not at it.
  const weight = (Math.sign(now) * Math.floor(smallest * 100)) / 100;
  if (bounds.includes(undefined) || weight === 0) {
    const factor = Math.floor((limit / worst.ratio) * 100) / 100;
    return { text: `Multiply all weights by ${shortNumber(factor)} or less.` };
  }
  const text = shortNumber(weight);
  if (isOne && relevant.length === over.length) return { text: `Lower its weight to ${text}.`, weight: text };
  return { text: `Lower its weight for the ${part === 'te' ? 'text encoder' : 'UNet'} to ${text}.` };
}

/** Largest size of a member's weight, its sign kept, at which a block is within the limit. */
function boundOf(load: BlockLoad, member: number, now: number, limit: number): number | undefined {
  const sign = Math.sign(now);
  const [a, signed, c] = load.squareOf(member);
  const b = signed * sign;
  const rest = c - (limit * load.base) ** 2;
  const root = b * b - 4 * a * rest;
  if (a <= 0 || root < 0) return undefined;
  const bound = (-b + Math.sqrt(root)) / (2 * a);
  return bound > 0 && bound < Math.abs(now) ? bound : undefined;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
