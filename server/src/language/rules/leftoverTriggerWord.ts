import type { LoraFacts } from '../../shared/facts';
import { looseName } from '../domain/names';
import type { Environment } from '../environment';
import { fold, foldedHash } from '../text/fold';
import type { Rule } from './rule';
import { removalRange } from './support/removal';
import { firmTriggers } from './support/triggers';
import { isLoraType, type PromptView } from './view/prompts';

/** The word that called a LoRA up, in a prompt that does not load it any more. */
export const leftoverTriggerWord: Rule = {
  id: 'leftover-trigger-word',
  description: 'The prompt holds the trigger word of a LoRA that it does not load.',
  tags: ['lora'],
  severity: 'hint',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { triggers, hashes } = tellingTriggers(context.environment);
    if (triggers.size === 0) return;
    for (const block of context.blocks) {
      for (const view of block.prompts) {
        if (view.side === 'negative' || !view.phrases.some(({ hash }) => hashes.has(hash))) continue;
        // A tag that is misspelt loads nothing either, and has a finding of its own.
        if (hasFailedTag(view, context.environment)) continue;
        const loaded = new Set(
          view.loras.map(({ network }) => context.environment.loras.resolve(network.name).chosen),
        );
        for (const phrase of view.phrases) {
          if (!hashes.has(phrase.hash)) continue;
          const [owner] = triggers.get(fold(phrase.text)) ?? [];
          if (!owner) continue;
          // The owner is loaded, or another network of the same training, which answers to the same word.
          if ([...loaded].some((lora) => lora && answersTo(lora, phrase.text))) continue;
          report({
            range: phrase.range,
            message: `\`${phrase.text}\` is the trigger word of the LoRA \`${owner.file.name}\`, which this block does not load: without it the word means little to the model. Remove the word, or add \`<lora:${owner.file.name}:${owner.file.preferredWeight ?? 1}>\`.`,
            unnecessary: true,
            fixes: [
              {
                title: 'Remove the word',
                safe: false,
                edits: [{ range: removalRange(context.document, phrase.range), newText: '' }],
              },
            ],
          });
        }
      }
    }
  },
};

function answersTo(lora: LoraFacts, text: string): boolean {
  return firmTriggers(lora).some((trigger) => fold(trigger) === fold(text));
}

/** True when a tag was meant to load a LoRA and does not. */
function hasFailedTag(view: PromptView, environment: Environment): boolean {
  return view.tags.some(
    ({ tag, network }) =>
      isLoraType(tag.tagType.toLowerCase()) &&
      (!tag.closed || !isLoraType(tag.tagType) || !environment.loras.resolve(network?.name ?? '').chosen),
  );
}

interface Telling {
  /** By folded word. */
  readonly triggers: ReadonlyMap<string, readonly LoraFacts[]>;
  /** Of the same words: a quick look at whether a phrase may be one. */
  readonly hashes: ReadonlySet<number>;
}

const telling = new WeakMap<Environment['loras'], Telling>();

/** Trigger words that can hardly be there for another reason, with the LoRAs they belong to. */
function tellingTriggers(environment: Environment): Telling {
  let found = telling.get(environment.loras);
  if (!found) {
    const triggers = new Map<string, LoraFacts[]>();
    for (const lora of environment.loras.all) {
      for (const trigger of firmTriggers(lora)) {
        const key = fold(trigger);
        if (!isCoined(key, lora)) continue;
        const owners = triggers.get(key);
        if (owners) owners.push(lora);
        else triggers.set(key, [lora]);
      }
    }
    const hashes = new Set([...triggers.keys()].map((key) => foldedHash(key, 0, key.length)));
    found = { triggers, hashes };
    telling.set(environment.loras, found);
  }
  return found;
}

/** Coined for the training: the LoRA's own name, or letters mixed with digits. Ordinary tags say nothing. */
function isCoined(trigger: string, lora: LoraFacts): boolean {
  if (/^\d+\+?(?:girl|boy|other)s?$|^score \d/u.test(trigger)) return false;
  return looseName(trigger) === looseName(lora.file.name) || /\p{L}\d|\d\p{L}/u.test(trigger);
}
