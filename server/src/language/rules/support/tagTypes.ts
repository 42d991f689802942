import type { Target } from '../../environment';

/** Tag types of AUTOMATIC1111's web UI and its descendants. */
const WEB_UI = ['lora', 'lyco', 'hypernet'];

/** Types that extensions of the web UI read before it does. */
const EXTENSIONS = ['ppp', 'wildcards', 'setwildcards', 'loractl', 'lbw', 'segment'];

const MORE: Readonly<Partial<Record<Target, readonly string[]>>> = {
  comfyui: ['loractl', 'emb', 'embedding'],
  krita: ['layer'],
  swarmui: [
    'random',
    'wildcard',
    'wc',
    'alternate',
    'alt',
    'fromto',
    'repeat',
    'segment',
    'object',
    'region',
    'clear',
    'var',
    'setvar',
    'macro',
    'setmacro',
    'trigger',
    'break',
    'comment',
    'param',
    'preset',
    'embed',
    'embedding',
    'refiner',
    'base',
    'video',
    'edit',
    'extend',
    'm',
    'p',
  ],
};

/** Tag types that a target reads, as they are spelled. */
export function knownTagTypes(target: Target): readonly string[] {
  return [...WEB_UI, ...EXTENSIONS, ...(MORE[target] ?? [])];
}
