export { DTYPE_BITS } from './dtypes';
export type { ByteSource, SafetensorsHeader, SafetensorsTensor } from './header';
export {
  headerLength,
  MAX_HEADER_BYTES,
  PREFIX_BYTES,
  parseHeader,
  parseTensors,
  readHeader,
} from './header';
export { SAFETENSORS_RULES, type SafetensorsRule } from './refusal';
export { type SplitHeader, splitMetadata, type WrittenText } from './split';
export { createTensorListReader, type ListedTensor, type TensorListReader } from './tensorList';
