import { jsonNumber, type Kind, textKind } from '../kind';
import { readWeightCurve } from './weight';

/** Readers of what extensions put into a LoRA tag. */
export const LORA_KINDS: readonly Kind[] = [
  textKind('loractl_weight', (text) => {
    const curve = readWeightCurve(text);
    if (curve === undefined) return { error: 'ValueError' };
    return typeof curve === 'number' ? jsonNumber(curve) : [curve.weights, curve.positions];
  }),
];
