import type { ModelFacts } from '../../shared/facts';
import type { Network } from '../analysis/resolved';
import { shortNumber } from '../domain/numbers';
import type { Environment } from '../environment';
import type { Hover } from './hoverText';
import { code, loraMarkdown } from './loraText';
import { verdictFor } from './verdict';

/** What a `<lora:…>` tag loads, how strongly, and whether it fits. */
export function hoverLora(
  network: Network,
  side: 'positive' | 'negative',
  model: ModelFacts | undefined,
  environment: Environment,
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
  parts.push(side === 'negative' ? NEGATIVE : strength(network));
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

function strength({ te, unet, dyn }: Network): string {
  if (Number.isNaN(te) || Number.isNaN(unet)) {
    return 'The weight is not a number: the web UI then switches off every LoRA of the prompt.';
  }
  const ranks = dyn === null ? '' : `, using the first ${dyn} ranks`;
  if (te === unet) return `Applied with weight ${shortNumber(te)}${ranks}.`;
  return `Applied with weight ${shortNumber(te)} to the text encoder and ${shortNumber(unet)} to the UNet${ranks}.`;
}
