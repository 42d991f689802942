import { stat } from 'node:fs/promises';
import { findEmbeddings } from '../language/analysis/embeddings';
import type { Environment } from '../language/environment';
import { hashFile, shortHashOf } from '../library/hashes';

/** Larger ones are no embeddings. */
const MAX_EMBEDDING_BYTES = 64 << 20;

/** The environment with the hashes of the embeddings that the texts, or styles, name: small files, read anew each time. */
export async function withEmbeddingHashes(
  environment: Environment,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Environment> {
  const names = environment.embeddings.map(({ name }) => name);
  if (names.length === 0) return environment;
  const used = new Set<string>();
  // A style may be what names one.
  const styles = environment.styles.flatMap(({ prompt, negativePrompt }) => [prompt, negativePrompt]);
  for (const text of [...texts, ...styles])
    for (const { name } of findEmbeddings(text, names)) used.add(name);
  if (used.size === 0) return environment;
  const embeddings = await Promise.all(
    environment.embeddings.map(async (facts) => {
      const { name, path } = facts;
      if (!used.has(name) || path === undefined || !/\.safetensors$/i.test(path)) return facts;
      const size = await stat(path).then(
        (stats) => stats.size,
        () => undefined,
      );
      const hashed =
        size === undefined || size > MAX_EMBEDDING_BYTES ? undefined : await hashFile(path, { signal });
      return hashed?.ok ? { ...facts, shortHash: shortHashOf('embedding', {}, hashed.value) } : facts;
    }),
  );
  return { ...environment, embeddings };
}
