import type { Target } from '../environment';
import type { Rule } from './rule';
import { constructsOf } from './support/constructs';

interface Options {
  readonly targets: readonly string[];
}

const TITLES: Readonly<Record<Target, string>> = {
  a1111: "AUTOMATIC1111's web UI",
  forge: 'Forge',
  sdnext: 'SD.Next',
  comfyui: 'ComfyUI',
  invokeai: 'InvokeAI',
  swarmui: 'SwarmUI',
  krita: 'Krita AI Diffusion',
};

/** What the program the prompt is written for reads in another way. */
export const portability: Rule<Options> = {
  id: 'portability',
  description: 'The prompt uses something that the `target` program reads in another way.',
  tags: ['portability'],
  severity: 'warning',
  fixable: 'both',
  options: {
    properties: {
      targets: {
        type: 'array',
        items: { enum: Object.keys(TITLES) },
        default: [],
        description: 'Further programs the prompt must work in, besides the configured `target`.',
      },
    },
  },
  check(context, options, report) {
    const more = options.targets.filter((name): name is Target => Object.hasOwn(TITLES, name));
    const targets = [...new Set<Target>([context.environment.target, ...more])];
    for (const view of context.prompts) {
      for (const construct of constructsOf(context, view, targets)) {
        for (const target of targets) {
          const difference = construct.in[target];
          if (!difference) continue;
          report({
            range: construct.range,
            ...(difference.severity && { severity: difference.severity }),
            message: `${TITLES[target]} ${difference.message}`,
            ...(difference.fix && { fixes: [difference.fix] }),
          });
          // One finding for one place, whatever the number of programs that stumble over it.
          break;
        }
      }
    }
  },
};
