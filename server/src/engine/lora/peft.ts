import type { LoraModule } from '../../formats/lora/modules';
import type { PeftScaling } from './kinds/kind';

const COMPONENT_NAMES: Readonly<Record<string, readonly string[]>> = {
  unet: ['unet', 'transformer'],
  te: ['text_encoder'],
  te1: ['text_encoder'],
  te2: ['text_encoder_2'],
  te3: ['text_encoder_3'],
};

/**
 * PEFT keeps alpha outside the tensors: in the metadata entry `lora_adapter_metadata` (keys such as `unet.lora_alpha`),
 * or in `adapter_config.json` beside the file. Returns the scaling of a module; undefined where neither says anything.
 */
export function readPeft(
  metadata: Readonly<Record<string, string>>,
  adapterConfig: () => string | undefined,
): (module: LoraModule) => PeftScaling | undefined {
  const embedded = parseObject(metadata.lora_adapter_metadata);
  let beside: Record<string, unknown> | undefined;
  let isRead = false;
  return (module) => {
    if (module.scheme !== 'peft') return undefined;
    if (embedded) {
      for (const name of COMPONENT_NAMES[module.component] ?? []) {
        const prefix = `${name}.`;
        const own = Object.fromEntries(
          Object.entries(embedded)
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, value]) => [key.slice(prefix.length), value]),
        );
        if (Object.keys(own).length > 0) return scalingOf(own, module.name);
      }
      return scalingOf(embedded, module.name);
    }
    if (!isRead) {
      isRead = true;
      beside = parseObject(adapterConfig());
    }
    return beside && scalingOf(beside, module.name);
  };
}

function scalingOf(config: Record<string, unknown>, module: string): PeftScaling | undefined {
  const pattern = config.alpha_pattern;
  let alpha = config.lora_alpha;
  if (typeof pattern === 'object' && pattern !== null) {
    for (const [name, value] of Object.entries(pattern))
      if (module === name || module.endsWith(`.${name}`)) alpha = value;
  }
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) return undefined;
  return { alpha, rslora: config.use_rslora === true };
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
