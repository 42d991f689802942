import type { ModelFacts } from '../../shared/facts';
import { LORA_TYPES } from '../analysis/loraArguments';
import type { Network } from '../analysis/resolved';
import { repeatRule, totalStrength } from '../domain/loraStrength';
import { shortNumber } from '../domain/numbers';
import type { Environment } from '../environment';
import type { Hover } from './hoverText';
import { code, loraMarkdown } from './loraText';
import { verdictFor } from './verdict';

/** What a `<lora:…>` tag loads, how strongly, also together with the prompt's other tags of it, and whether it fits. */
export function hoverLora(
  network: Network,
  side: 'positive' | 'negative',
  model: ModelFacts | undefined,
  environment: Environment,
  networks: readonly Network[] = [network],
): Hover {
  const { chosen, candidates, how } = environment.loras.resolve(network.name);
  const parts: string[] = [];
  if (chosen) parts.push(loraMarkdown(chosen, verdictFor(chosen, model, environment)));
  else if (environment.loras.known === 'nothing') {
    parts.push(`The LoRA ${code(network.name)}. No LoRA folder is configured, so nothing is known about it.`);
  } else parts.push(`No LoRA is called ${code(network.name)}.`);
  if (chosen && how === 'alias')
    parts.push(`Found by its alias; the file is called ${code(chosen.file.name)}.`);
  const others = candidates.filter((candidate) => candidate !== chosen);
  if (others.length > 0) {
    parts.push(
      `The name could also mean ${others.map((other) => code(other.file.relativePath)).join(', ')}.`,
    );
  }
  parts.push(side === 'negative' ? NEGATIVE : strength(network, environment));
  if (side === 'positive') parts.push(...repeated(network, networks, environment));
  return {
    range: network.range,
    markdown: parts.join('\n\n'),
    ...(chosen?.file.previewPath && { picture: chosen.file.previewPath }),
    ...(chosen?.network.status === 'ok' &&
      chosen.file.source === 'file' &&
      chosen.file.path && { lora: chosen.file.path }),
  };
}

const NEGATIVE =
  'In a negative prompt the web UI loads no LoRA: the tag stays in the text. Move it to the positive prompt.';

/** What the target applies in all, where the prompt names the file more than once. */
function repeated(network: Network, networks: readonly Network[], environment: Environment): string[] {
  const fileOf = ({ name }: { readonly name: string }) =>
    environment.loras.resolve(name).chosen?.file.relativePath ?? name;
  const same = networks.filter(
    ({ type, name }) => LORA_TYPES.has(type) && fileOf({ name }) === fileOf(network),
  );
  const { te, unet } = totalStrength(same, environment.target, fileOf);
  if (same.length < 2 || Number.isNaN(te) || Number.isNaN(unet)) return [];
  const total =
    te === unet
      ? shortNumber(te)
      : `${shortNumber(te)} to the text encoder and ${shortNumber(unet)} to the UNet`;
  return [
    `The prompt names this LoRA ${same.length} times: ${total} in all (${HOW[repeatRule(environment.target)]}).`,
  ];
}

const HOW = {
  'last times count': 'AUTOMATIC1111 applies the last weight under a name once for every tag',
  'distinct weights add': 'Forge adds the weights, equal ones only once',
  'all weights add': 'the weights add',
} as const;

function strength({ te, unet, dyn }: Network, { target }: Environment): string {
  if (Number.isNaN(te) || Number.isNaN(unet)) {
    return 'The weight is not a number: the web UI then switches off every LoRA of the prompt.';
  }
  const ranks =
    dyn === null
      ? ''
      : target === 'forge'
        ? '; Forge does not read the rank limit'
        : `, using the first ${dyn} ranks`;
  if (te === unet) return `Applied with weight ${shortNumber(te)}${ranks}.`;
  return `Applied with weight ${shortNumber(te)} to the text encoder and ${shortNumber(unet)} to the UNet${ranks}.`;
}
