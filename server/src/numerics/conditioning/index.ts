export {
  type ChunkedPrompt,
  chunkPrompt,
  type EmbeddingName,
  emptyPromptChunk,
  encoderCalls,
  type PlacedEmbedding,
  type PromptChunk,
  padTokens,
} from './chunks';
export { applyEmphasis, type Emphasis, type EncodedTokens, emphasiseCall } from './emphasis';
export { type Moment, phaseIndex } from './phase';
