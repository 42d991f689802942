export {
  type ChunkedPrompt,
  chunkPrompt,
  type EmbeddingName,
  emptyPromptChunk,
  type PlacedEmbedding,
  type PromptChunk,
  padTokens,
} from './chunks';
export { applyEmphasis, type Emphasis } from './emphasis';
export { type Moment, phaseIndex } from './phase';
