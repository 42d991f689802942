export { DTYPE_BITS } from './dtypes';
export { NestedJsonBytes } from './fast/jsonBytes';
export { type EncodedText, type SplitHeader, splitMetadata } from './fast/metadata';
export { parseTensors } from './fast/parseTensors';
export { createTensorListReader, type ListedTensor, type TensorListReader } from './fast/tensors';
export { headerLength, MAX_HEADER_BYTES, PREFIX_BYTES } from './prefix';
export { SAFETENSORS_RULES, type SafetensorsRule } from './refusal';
export {
  parseHeader,
  readHeader,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from './strict/header';
