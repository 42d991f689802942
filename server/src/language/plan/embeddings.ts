import type { PlanEmbedding, PlanPrompt } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { findEmbeddings } from '../analysis/embeddings';
import type { EmbeddingFacts, Environment } from '../environment';

/** A textual inversion of a plan with what is known about its file. */
export interface ChosenEmbedding {
  readonly plan: PlanEmbedding;
  readonly facts: EmbeddingFacts;
}

/**
 * The textual inversions that both prompts name, in the order of the list of those installed. One whose file is in a
 * format nobody should load refuses the plan: its name would be read as words, and the picture pass for one with it.
 */
export function chooseEmbeddings(
  prompts: readonly PlanPrompt[],
  environment: Environment,
): Result<ChosenEmbedding[]> {
  const { embeddings } = environment;
  const names = embeddings.map(({ name }) => name);
  const used = new Set<string>();
  for (const { subprompts } of prompts)
    for (const { schedule } of subprompts)
      for (const { runs } of schedule)
        for (const [text] of runs) for (const { name } of findEmbeddings(text, names)) used.add(name);
  const chosen: ChosenEmbedding[] = [];
  for (const facts of embeddings) {
    const { name, path } = facts;
    if (!used.delete(name)) continue;
    if (path === undefined)
      return failure(
        'embedding-not-present',
        `The embedding ${name} is known, but its file is not here.`,
        'Put the file into an embedding folder.',
      );
    if (!/\.safetensors$/i.test(path))
      return failure(
        'embedding-unread',
        `The embedding ${name} is in a format that can run code when it is loaded, so it is never read.`,
        'Convert it to safetensors.',
      );
    chosen.push({ facts, plan: { name, path } });
  }
  return success(chosen);
}
