export {
  type Checkpoint,
  type DiffusersFolder,
  RUNNABLE_DTYPES,
  readDiffusersFolder,
  readSingleFile,
  readVaeFile,
  type SingleFile,
  type StoredNetwork,
  unreadableDtype,
} from './checkpoint';
export { translateClip } from './clipNames';
export type { JsonConfig, TextEncoderConfig, UnetConfig, VaeConfig } from './config';
export { readWeightMap, type WeightFiles, weightFiles } from './folder';
export { CONFIG_KEY, type EmbeddedConfig, embeddedConfig } from './metadata';
export { splitCheckpoint, vaeTensors } from './parts';
export { type Prediction, predictionBySpread, predictionOf } from './prediction';
export { folderRefusal } from './scheduler';
export { quantisedStorage } from './storage';
export { REASONS, type StoredTensor, type TensorTable, tensorsOf, type UnusedTensor } from './tensors';
export { translateUnet, unetName } from './unetNames';
export { translateVae } from './vaeNames';
