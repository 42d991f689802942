export { ENCODERS, type EncoderKind, type EncoderShape, encoderKindOf } from './encoders';
export { MODULE_LISTS } from './lists';
export {
  type KnownModules,
  modulesNamed,
  modulesOfPattern,
  patternOf,
  type Variant,
  variants,
} from './moduleIndex';
export { type ModuleLine, type ModuleList, type ModulePart, readModuleLines } from './moduleList';
export { otherNames } from './otherNames';
