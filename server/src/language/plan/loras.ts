import type { LoraFacts, ModelFacts } from '../../shared/facts';
import type { PlanLora } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { LORA_TYPES } from '../analysis/loraArguments';
import { findNetworks, removeNetworks } from '../analysis/networks';
import type { Network, ResolvedBlock } from '../analysis/resolved';
import { isWeightCurve } from '../dialects/loractl/weight';
import { type LoraMention, loraStrengths } from '../domain/loraStrength';
import type { Environment, MissingLoras } from '../environment';
import { didYouMean } from './suggest';

/** One LoRA of a plan with the facts of its file. */
export interface ChosenLora {
  readonly plan: PlanLora;
  readonly facts: LoraFacts;
}

/** One tag with the file that it loads. */
interface FoundLora extends LoraMention {
  readonly facts: LoraFacts;
}

/**
 * Resolves the networks of the positive prompt to files, with the weights that the target applies in all. LoRAs that are
 * not there refuse the plan, all of them named, or are left out with a warning each, as `missing` says. The first other
 * LoRA that cannot be used refuses it: a picture without it would pass for one with it. A LoRA of another architecture is
 * only warned about while some of it may fit.
 */
export function chooseLoras(
  block: Pick<ResolvedBlock, 'positive' | 'negative'>,
  model: ModelFacts,
  environment: Environment,
  warnings: string[],
  missing: MissingLoras = 'refuse',
): Result<ChosenLora[]> {
  const found: FoundLora[] = [];
  const absent = new Map<string, Problem>();
  for (const network of block.positive.networks) {
    if (!LORA_TYPES.has(network.type)) {
      warnings.push(otherNetwork(network));
      continue;
    }
    const problem = badWeight(network);
    if (problem !== undefined) return { ok: false, problem };
    if (absent.has(network.name)) continue;
    const file = findLora(network.name, environment, warnings);
    if (file.ok) {
      const { name, te, unet, dyn } = network;
      found.push({ name, te, unet, dyn, facts: file.value });
    } else if (ABSENT.has(file.problem.code)) absent.set(network.name, file.problem);
    else return file;
  }
  if (absent.size > 0) {
    const problem = allAbsent([...absent.values()]);
    if (missing === 'refuse') return { ok: false, problem };
    warnings.push(
      ...[...absent.values()].map((one) => `${one.message} The picture is made without it. ${one.remedy}`),
    );
  }
  const strengths = loraStrengths(
    found,
    environment.target,
    ({ facts }) => facts.file.path ?? facts.file.name,
  );
  const chosen: ChosenLora[] = [];
  for (const { name, te, unet, dyn, mentions } of strengths) {
    const { facts } = mentions[0]!;
    const misfit = checkFit(facts, model, environment, warnings);
    if (misfit !== undefined) return { ok: false, problem: misfit };
    chosen.push({
      facts,
      plan: { name, path: facts.file.path as string, te, unet, ...(dyn === null ? {} : { dyn }) },
    });
  }
  if (block.negative.networks.some(({ type }) => LORA_TYPES.has(type)))
    warnings.push('A LoRA in the negative prompt is not loaded; the web UI reads the tag as words.');
  return success(chosen);
}

/** A prompt without the tags of LoRAs that were left out, so that an engine which reads tags does not look for them. */
export function withoutOtherLoras(text: string, chosen: readonly ChosenLora[]): string {
  const names = new Set(chosen.map(({ plan }) => plan.name));
  const others = findNetworks(text).filter(
    ({ type, positional: [name] }) => LORA_TYPES.has(type) && !names.has(name?.text ?? ''),
  );
  return others.length === 0 ? text : removeNetworks(text, others);
}

/** Codes of LoRAs that are nowhere to be found; other problems are with files that are there. */
const ABSENT: ReadonlySet<string> = new Set(['unknown-lora', 'no-lora-folder', 'lora-not-present']);

/** One problem for all missing LoRAs: the first one's code and remedy, and every message. */
function allAbsent(problems: readonly Problem[]): Problem {
  const [first] = problems as readonly [Problem];
  if (problems.length === 1) return first;
  return {
    ...first,
    message: problems.map(({ message }) => message).join(' '),
    remedy: [...new Set(problems.map(({ remedy }) => remedy))].join(' '),
  };
}

function otherNetwork({ type, name }: Network): string {
  if (type === 'hypernet') return `The hypernetwork ${name} is not used by the preview.`;
  return `\`<${type}:…>\` is removed from the prompt and does nothing.`;
}

function badWeight(network: Network): Problem | undefined {
  const tag = `<${network.type}:${network.positional.join(':')}>`;
  const remedy = 'Write a number such as 0.8.';
  const written = [...network.positional.slice(1), ...Object.values(network.named)];
  if (Number.isNaN(network.te) && written.some(isWeightCurve))
    return {
      code: 'lora-weight-curve',
      message: `\`${tag}\` changes its weight over the steps, which needs an extension of the web UI; the preview cannot do it.`,
      remedy,
    };
  if (Number.isFinite(network.te) && Number.isFinite(network.unet)) return undefined;
  return {
    code: 'bad-lora-weight',
    message: `The weight of \`${tag}\` is not a number; the web UI would turn off every LoRA of the prompt.`,
    remedy,
  };
}

function findLora(name: string, environment: Environment, warnings: string[]): Result<LoraFacts> {
  const { loras } = environment;
  const { chosen, candidates } = loras.resolve(name);
  if (chosen === undefined) {
    if (loras.known === 'nothing')
      return failure(
        'no-lora-folder',
        `The prompt names the LoRA ${name}, but no LoRA folder is configured.`,
        'Set `sdprompt.loraPaths`, or `loraPaths` in sdprompt.config.json, to the folder that holds it.',
      );
    const names = loras.all.flatMap((facts) =>
      facts.file.alias === undefined ? [facts.file.name] : [facts.file.name, facts.file.alias],
    );
    return environment.engine
      ? failure(
          'unknown-lora',
          `The engine ${environment.engine.name} has no LoRA ${name}.`,
          `${didYouMean(name, names)}Check the name, or put the file into its LoRA folder.`,
        )
      : failure(
          'unknown-lora',
          `There is no LoRA ${name}.`,
          `${didYouMean(name, names)}Check the name, or put the file into a LoRA folder.`,
        );
  }
  if (candidates.length > 1)
    warnings.push(`${name} could mean ${candidates.length} files; ${chosen.file.relativePath} is used.`);
  if (chosen.network.status !== 'ok') return { ok: false, problem: unusable(chosen) };
  if (chosen.file.path === undefined)
    return failure(
      'lora-not-present',
      `The LoRA ${name} is known from the lockfile, but its file is not here.`,
      'Put the file into a LoRA folder.',
    );
  return success(chosen);
}

function unusable(facts: LoraFacts): Problem {
  if (facts.network.status === 'other')
    return {
      code: 'not-a-lora',
      message: `${facts.file.relativePath} is no LoRA but of the kind ${facts.network.kind}.`,
      remedy: 'Name a LoRA, or move the file to the folder of its kind.',
    };
  if (facts.network.status === 'unread')
    return (
      facts.file.problem ?? {
        code: 'unread-lora',
        message: `${facts.file.relativePath} is in a format that can run code when it is loaded, so it is never read.`,
        remedy: 'Convert it to safetensors.',
      }
    );
  return {
    code: 'broken-lora',
    message: `${facts.file.relativePath} cannot be read: ${facts.file.problem?.message ?? facts.network.reason}`,
    remedy: facts.file.problem?.remedy ?? 'Download the file again.',
  };
}

/** Refuses a LoRA no part of which fits, and warns about one made for something else. */
function checkFit(
  facts: LoraFacts,
  model: ModelFacts,
  environment: Environment,
  warnings: string[],
): Problem | undefined {
  const madeFor = facts.network.architecture ?? facts.network.candidates.join(' or ');
  const mismatch =
    model.architecture !== undefined &&
    facts.network.candidates.length > 0 &&
    !facts.network.candidates.includes(model.architecture) &&
    facts.network.architecture !== model.architecture;
  const fit = environment.fit?.(facts, model);
  if (fit !== undefined && fit.fitting === 0 && fit.total > 0)
    return {
      code: 'lora-does-not-fit',
      message: `No part of the LoRA ${facts.file.name} fits ${model.name}${mismatch ? `: it is made for ${madeFor}, the model is ${model.architecture}` : ''}.`,
      remedy: 'Choose a LoRA for this model, or a model for this LoRA.',
    };
  if (mismatch)
    warnings.push(
      `The LoRA ${facts.file.name} is made for ${madeFor}, the model ${model.name} is ${model.architecture}.`,
    );
  return undefined;
}
