import type { PlanEmbedding, PlanPrompt } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { findEmbeddings } from '../analysis/embeddings';
import type { EmbeddingFacts, Environment } from '../environment';
import type { ChosenLora } from './loras';

/** A textual inversion of a plan with what is known about its file. */
export interface ChosenEmbedding {
  readonly plan: PlanEmbedding;
  readonly facts: EmbeddingFacts;
}

/**
 * The textual inversions that both prompts name: those bundled with the prompt's LoRAs, which take the place of installed
 * ones, then those installed in the order of their list. One whose file is in a format nobody should load refuses the
 * plan: its name would be read as words, and the picture pass for one with it.
 */
export function chooseEmbeddings(
  prompts: readonly PlanPrompt[],
  environment: Environment,
  loras: readonly ChosenLora[] = [],
): Result<ChosenEmbedding[]> {
  const bundled = new Map<string, ChosenEmbedding>();
  for (const { facts, plan } of loras)
    for (const name of facts.file.embeddings ?? [])
      bundled.set(name.toLowerCase(), { facts: { name }, plan: { name, path: plan.path, bundled: true } });
  const embeddings = environment.embeddings.filter(({ name }) => !bundled.has(name.toLowerCase()));
  const names = [
    ...[...bundled.values()].map(({ facts }) => facts.name),
    ...embeddings.map(({ name }) => name),
  ];
  const used = new Set<string>();
  for (const { subprompts } of prompts)
    for (const { schedule } of subprompts)
      for (const { runs } of schedule)
        for (const [text] of runs) for (const { name } of findEmbeddings(text, names)) used.add(name);
  const chosen = [...bundled.values()].filter(({ plan }) => used.delete(plan.name));
  for (const facts of embeddings) {
    const { name, path } = facts;
    if (!used.delete(name)) continue;
    if (path === undefined)
      return failure(
        'embedding-not-present',
        `The embedding ${name} is known, but its file is not here.`,
        'Put the file into an embedding folder.',
      );
    if (!environment.engine && !/\.safetensors$/i.test(path))
      return failure(
        'embedding-unread',
        `The embedding ${name} is in a format that can run code when it is loaded, so it is never read.`,
        'Convert it to safetensors.',
      );
    chosen.push({ facts, plan: { name, path } });
  }
  return success(chosen);
}
