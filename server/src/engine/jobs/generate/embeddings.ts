import type { EmbeddingName } from '../../../numerics/conditioning/index';
import type { PlanEmbedding } from '../../../shared/plan';
import { failure, type Result, success } from '../../../shared/problem';
import { type EmbeddingVectors, readEmbeddingFile } from '../../embeddings/embeddingFile';
import type { LoadedModel } from '../../model/load';

/** A textual inversion that fits the model: rows for its text encoder, or for each of two. */
export interface UsableEmbedding extends EmbeddingName {
  readonly first: Float32Array;
  readonly second?: Float32Array;
}

export interface UsableEmbeddings {
  readonly usable: readonly UsableEmbedding[];
  /** Names that stay words, with the reason. */
  readonly leftOut: readonly string[];
}

/**
 * Reads the textual inversions of a plan. One made for another kind of model is left out and its name read as words, as
 * the web UI does; a file that cannot be read at all refuses the plan.
 */
export function openEmbeddings(
  model: LoadedModel,
  embeddings: readonly PlanEmbedding[],
): Result<UsableEmbeddings> {
  const usable: UsableEmbedding[] = [];
  const leftOut: string[] = [];
  for (const { name, path, bundled } of embeddings) {
    const vectors = readEmbeddingFile(path, bundled && name);
    if (!vectors.ok) {
      const { code, message, remedy } = vectors.problem;
      return failure(code, `The embedding ${name} cannot be used: ${message}`, remedy);
    }
    const fitted = fitTo(model, name, vectors.value);
    if (typeof fitted === 'string') leftOut.push(`Embedding ${name} is read as words: ${fitted}.`);
    else usable.push(fitted);
  }
  return success({ usable, leftOut });
}

/** The embedding for this model, or why not. */
function fitTo(model: LoadedModel, name: string, vectors: EmbeddingVectors): UsableEmbedding | string {
  const widths = [model.textEncoder, ...(model.textEncoder2 ? [model.textEncoder2] : [])].map(
    (encoder) => encoder.embeddingWidth,
  );
  if (widths.includes(undefined)) return 'this export of the model does not show where tokens are looked up';
  if (model.isRefiner && vectors.kind === 'two' && vectors.second.width === widths[0]) {
    const { rows, data } = vectors.second;
    return { name, rows, first: data, second: data };
  }
  const parts = vectors.kind === 'one' ? [vectors.only] : [vectors.first, vectors.second];
  const own = parts.map((part) => part.width);
  if (own.join() !== widths.join())
    return `it has ${own.join(' + ')} numbers a row, the model takes ${widths.join(' + ')}`;
  const [first, second] = parts;
  return { name, rows: first!.rows, first: first!.data, ...(second && { second: second.data }) };
}
