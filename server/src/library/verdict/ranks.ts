import { asNumber, parseObject } from '../metadata/json';
import type { Sized } from './evidence';

/** The rank most modules have; undefined for types without one. */
export function rankOf(modules: readonly Sized[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { dimensions } of modules) {
    if (dimensions.rank !== undefined) counts.set(dimensions.rank, (counts.get(dimensions.rank) ?? 0) + 1);
  }
  let best: number | undefined;
  for (const [rank, count] of counts) if (best === undefined || count > counts.get(best)!) best = rank;
  return best;
}

/**
 * Alpha as far as a header tells: the tensors that hold it are data and are not read. Trainers repeat it in the
 * metadata, PEFT has it nowhere else.
 */
export function alphaOf(metadata: Readonly<Record<string, string>>): number | undefined {
  const written = asNumber(metadata.ss_network_alpha);
  if (written !== undefined) return written;
  const adapters = parseObject(metadata.lora_adapter_metadata) ?? {};
  for (const part of ['unet', 'transformer', 'text_encoder', 'text_encoder_2']) {
    const alpha = asNumber(adapters[`${part}.lora_alpha`]);
    if (alpha !== undefined) return alpha;
  }
  return undefined;
}
