export type * from './analysis/resolved';
export type { Environment, LoraLookup, LoraResolution, ModuleFit, Target } from './environment';
export { EMPTY_ENVIRONMENT } from './environment';
export type * from './rules/rule';
export type * from './syntax/nodes';
