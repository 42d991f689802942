import {
  dimensionsOf,
  groupTensors,
  type LoraModule,
  type ModuleDimensions,
  type TensorShape,
} from '../../formats/lora';

/** What the verdict is drawn from: the tensor list of one file, sorted, with every module's dimensions. */
export interface Evidence {
  readonly names: readonly string[];
  readonly modules: readonly LoraModule[];
  /** Modules of the denoiser, with what their shapes say. */
  readonly unet: readonly Sized[];
  readonly textEncoders: readonly Sized[];
  readonly embeddings: readonly string[];
  readonly rest: readonly string[];
  shape(tensorName: string): TensorShape | undefined;
}

export interface Sized {
  readonly module: LoraModule;
  readonly key: string;
  readonly dimensions: ModuleDimensions;
}

/** A statement about the architecture: one name is a verdict, several are what the tensors cannot decide between. */
export interface Finding {
  readonly candidates: readonly string[];
  /** Size or edition, where the tensors tell it. */
  readonly variant?: string;
  /** A clause for "it is X because …". */
  readonly because: string;
}

/** Sorts a tensor list. */
export function gatherEvidence(tensors: ReadonlyMap<string, TensorShape>): Evidence {
  const shape = (name: string) => tensors.get(name);
  const { modules, embeddings, rest } = groupTensors(tensors);
  const sized = modules.map((module) => ({
    module,
    key: module.key,
    dimensions: dimensionsOf(module, shape),
  }));
  return {
    names: [...tensors.keys()],
    modules,
    unet: sized.filter((entry) => entry.module.component === 'unet'),
    textEncoders: sized.filter((entry) => entry.module.component !== 'unet'),
    embeddings,
    rest,
    shape,
  };
}
