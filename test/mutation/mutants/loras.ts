import { inTest, type Mutant } from './mutant';

const names = inTest('loraNames');
const files = inTest('loraFiles');
const weights = inTest('loraWeights');
const stacks = inTest('loraStacks');
const places = inTest('loraPlaces');
const triggers = inTest('loraTriggers');

/** What LoRA tags name, where they stand, how much they weigh and what they need. */
export const LORAS: readonly Mutant[] = [
  names(
    'unknown-lora',
    'unknownLora',
    "if (environment.loras.known === 'nothing') return;",
    '',
    'without a library every LoRA is unknown',
  ),
  names(
    'unknown-lora',
    'unknownLora',
    'range: network.nameRange,\n          message',
    'range: tag.range,\n          message',
    'the whole tag is underlined',
  ),
  names(
    'ambiguous-lora',
    'ambiguousLora',
    'files.filter((lora) => lora.file.name === name).length === 1',
    'files.filter((lora) => lora.file.name === name).length <= 2',
    'two files of one name pass',
  ),
  names(
    'ambiguous-lora',
    'ambiguousLora',
    'name !== written && resolve(name).length === 1',
    'name !== written',
    'the fix offers another ambiguous name',
  ),
  names(
    'lora-name-unwritable',
    'loraNameUnwritable',
    'if (first.key !== undefined) return namedName(first, used);',
    '',
    '`my=name` passes',
  ),
  files(
    'unreadable-lora',
    'unreadableLora',
    "(lora.network.status === 'ok' && lora.network.kind === 'lora')",
    "lora.network.status === 'ok'",
    'a VAE passes for a LoRA',
  ),
  files(
    'lora-architecture',
    'loraArchitecture',
    "if (fits.includes('same'))",
    "if (!fits.includes('none'))",
    'a partial fit is silent',
  ),
  files(
    'lora-architecture',
    'loraArchitecture',
    'if (fit.fitting === 0)',
    'if (fit.fitting < 0)',
    'nothing fits, and it is only a warning',
  ),
  files(
    'lockfile-mismatch',
    'lockfileMismatch',
    "if (a?.sha256 && b?.sha256) return unequal(a.sha256, b.sha256, 'SHA-256');",
    '',
    'another file of the same name passes',
  ),
  weights(
    'lora-weight',
    'loraWeight',
    'if (value === undefined) reportUnreadable',
    'if (value !== value) reportUnreadable',
    '`0,8` passes, nan does not',
  ),
  weights(
    'lora-weight',
    'loraWeight',
    'Math.abs(unet - preferred) <= options.preferredTolerance',
    'Math.abs(unet - preferred) >= options.preferredTolerance',
    'near weights are far',
  ),
  weights(
    'lora-weight',
    'loraWeight',
    'sum += Math.abs(network.unet)',
    'sum += network.unet',
    'a minus hides a stack',
  ),
  weights(
    'one-bad-weight-disables-all',
    'oneBadWeightDisablesAll',
    'if (!bad || !first) continue;',
    'if (!bad) continue;\n      if (!first) throw new Error();',
    'the rule fails on a single bad LoRA',
  ),
  stacks(
    'duplicate-lora',
    'duplicateLora',
    'const key = file ?? network.name;',
    'const key = network.name;',
    'a file under two names passes',
  ),
  stacks(
    'overcooked-stack',
    'overcookedStack',
    'filter(({ ratio }) => ratio > limit)',
    'filter(({ ratio }) => ratio >= limit)',
    'a stack at the limit is reported',
  ),
  stacks(
    'overcooked-stack',
    'support/measuredStack',
    'return Math.abs(weights[i]! * weights[j]!) * a * b;',
    'return weights[i]! * weights[j]! * a * b;',
    'a minus cancels what nobody measured',
  ),
  stacks(
    'overcooked-stack',
    'overcookedStack',
    'const b = signed * sign;',
    'const b = signed;',
    'the weight advised for a negative one is wrong',
  ),
  stacks(
    'duplicate-lora',
    'duplicateLora',
    '>= SAME',
    '>= 0.5',
    'LoRAs that are merely alike are called the same',
  ),
  places(
    'lora-in-negative',
    'loraInNegative',
    "if (view.side !== 'negative') continue;",
    '',
    'LoRAs of the positive prompt are reported',
  ),
  places(
    'lora-in-schedule',
    'loraInSchedule',
    "parent.type !== 'group'",
    "parent.type === 'schedule'",
    'alternations are forgotten',
  ),
  triggers(
    'missing-trigger-word',
    'missingTriggerWord',
    'triggers.some((trigger) => isSaid',
    'triggers.every((trigger) => isSaid',
    'every trigger is demanded',
  ),
  triggers(
    'leftover-trigger-word',
    'leftoverTriggerWord',
    'lora && answersTo(lora, phrase.text)',
    'false',
    'the trigger of a loaded LoRA is left over',
  ),
];
