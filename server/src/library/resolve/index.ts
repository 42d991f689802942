import type { LoraLookup, LoraResolution, Target } from '../../language/environment';
import type { LoraFacts } from '../../shared/facts';
import { a1111, a1111Old, cardNames } from './a1111';
import { comfyuiCore, comfyuiPromptControl } from './comfyui';
import { type Choice, composed, entriesOf, type Program } from './entry';
import { invokeai } from './invokeai';
import { krita } from './krita';
import { sdnext } from './sdnext';
import { swarmui } from './swarmui';

/** Every program whose rule is known. */
export const PROGRAMS: readonly Program[] = [
  a1111,
  a1111Old,
  sdnext,
  comfyuiPromptControl,
  comfyuiCore,
  krita,
  swarmui,
  invokeai,
];

const PROGRAM_OF: Readonly<Record<Target, Program>> = {
  a1111,
  forge: a1111,
  sdnext,
  comfyui: comfyuiPromptControl,
  invokeai,
  swarmui,
  krita,
};

/**
 * What the target program would load for a name, by its own rules. A name that only matches after Unicode
 * normalisation (a file from a Mac, a name typed on Linux) is found too and marked `normalized`.
 *
 * @param facts in the order the programs see the files
 */
export function createLookup(
  facts: readonly LoraFacts[],
  target: Target,
  known: LoraLookup['known'],
): LoraLookup {
  const entries = entriesOf(facts);
  const exact = PROGRAM_OF[target].index(entries);
  let loose: ((name: string) => Choice) | undefined;
  const answers = new Map<string, LoraResolution>();

  function resolve(name: string): LoraResolution {
    const choice = exact(name);
    if (choice.chosen) return resolutionOf(choice);
    loose ??= PROGRAM_OF[target].index(composed(entries));
    const near = loose(name.normalize('NFC'));
    return near.chosen ? { ...resolutionOf(near), normalized: true } : resolutionOf(choice);
  }

  return {
    known,
    all: [...facts].sort((left, right) => compareText(left.file.name, right.file.name)),
    resolve(name) {
      let answer = answers.get(name);
      if (!answer) {
        answer = resolve(name);
        answers.set(name, answer);
      }
      return answer;
    },
  };
}

/** What each program would load for a name, by program id: for naming the differences. */
export function resolveEverywhere(
  facts: readonly LoraFacts[],
  name: string,
): Map<string, LoraFacts | undefined> {
  const entries = entriesOf(facts);
  return new Map(PROGRAMS.map((program) => [program.id, program.index(entries)(name).chosen?.facts]));
}

/** What AUTOMATIC1111's card would insert for each file: by its alias, or by its file name. */
export function insertedNames(
  facts: readonly LoraFacts[],
): Map<LoraFacts, { alias: string; fileName: string }> {
  const names = cardNames(entriesOf(facts));
  return new Map([...names].map(([entry, name]) => [entry.facts, name]));
}

function resolutionOf({ chosen, candidates, how }: Choice): LoraResolution {
  return {
    ...(chosen && { chosen: chosen.facts }),
    candidates: candidates.map(({ facts }) => facts),
    ...(how && chosen && { how }),
  };
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
