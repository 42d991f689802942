export { aliasesOf, ldmPath, unetShapes } from './aliases';
export { dimensionsOf, type ModuleDimensions } from './dimensions';
export { type Fit, fitOf, fitsWeight, type Misfit } from './fit';
export { type ArchitectureLayout, LAYOUTS, type TextEncoderLayout, textEncoderModules } from './layouts';
export {
  type GroupedTensors,
  groupModules,
  groupTensors,
  type LoraModule,
  type TensorShape,
} from './modules';
export { isDora, moduleType, networkTypeOf, unmergeableType } from './networkType';
export type { LoraComponent } from './prefixes';
export { type UnetLayout, type UnetModule, unetModules } from './unetLayout';
