import type { Target } from '../language/environment';
import { type Invocation, UsageError } from './command';

/** The programs that prompts can be read for and rewritten for. */
export const TARGETS: readonly Target[] = [
  'a1111',
  'forge',
  'sdnext',
  'comfyui',
  'invokeai',
  'swarmui',
  'krita',
];

/** The option's value as a target; throws `UsageError` for a program that is not known. */
export function readTarget(invocation: Invocation, option: string): Target | undefined {
  const name = invocation.text(option);
  if (name === undefined) return undefined;
  const target = TARGETS.find((one) => one === name);
  if (!target) throw new UsageError(`--${option} takes ${TARGETS.join(', ')}, not "${name}".`);
  return target;
}
