import { parseFloatPython, parseIntPython, reprPython } from '../text/python';
import type { NetworkTag } from './networks';

/** Types that load a LoRA. Case counts: `<LORA:x:1>` is removed and does nothing. */
export const LORA_TYPES: ReadonlySet<string> = new Set(['lora', 'lyco']);

/** What a `<lora:…>` tag asks for, or the Python error that turns off every network of the prompt. */
export type LoraArguments =
  | {
      readonly ok: true;
      readonly name: string;
      readonly te: number;
      readonly unet: number;
      readonly dyn: number | null;
    }
  | { readonly ok: false; readonly error: string };

/**
 * Reads name, text encoder weight, UNet weight and dynamic rank. A named argument wins over its position, and the UNet
 * weight falls back to the text encoder's, also to a named one.
 */
export function readLoraArguments(tag: NetworkTag): LoraArguments {
  const position = (index: number): string | undefined => tag.positional[index]?.text;
  const named = (key: string): string | undefined =>
    Object.hasOwn(tag.named, key) ? tag.named[key] : undefined;
  const name = position(0);
  if (name === undefined) return { ok: false, error: 'IndexError: list index out of range' };

  // Positional weights are converted even when a named one replaces them, so a bad one is an error all the same.
  let te = 1;
  for (const text of [position(1), named('te')]) {
    if (text === undefined) continue;
    const value = parseFloatPython(text);
    if (value === undefined) return floatError(text);
    te = value;
  }
  let unet = te;
  for (const text of [position(2), named('unet')]) {
    if (text === undefined) continue;
    const value = parseFloatPython(text);
    if (value === undefined) return floatError(text);
    unet = value;
  }
  let dyn: number | null = null;
  for (const text of [position(3), named('dyn')]) {
    if (text === undefined) continue;
    const value = parseIntPython(text);
    if (value === undefined)
      return { ok: false, error: `ValueError: invalid literal for int() with base 10: ${reprPython(text)}` };
    dyn = value;
  }
  return { ok: true, name, te, unet, dyn };
}

function floatError(text: string): LoraArguments {
  return { ok: false, error: `ValueError: could not convert string to float: ${reprPython(text)}` };
}
