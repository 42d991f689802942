import { createGraph, type GraphBuilder, type Locate, type Parameter } from './builder';

/** A kind of network: what it is made of follows from its configuration alone. */
export interface Network<Config> {
  /** Every weight the network reads, each once, in the order it is read. */
  parameters(config: Config): Parameter[];
  /** The ONNX file, without the weights: those stay where `locate` says they are. */
  write(config: Config, locate: Locate): Uint8Array;
}

/** Makes a network of a function that builds its graph, so that there is one account of its weights. */
export function network<Config>(build: (graph: GraphBuilder, config: Config) => void): Network<Config> {
  return {
    parameters(config) {
      const parameters: Parameter[] = [];
      const record: Locate = (parameter) => {
        parameters.push(parameter);
        return { dtype: 'F32', location: '-', offset: 0, length: 0 };
      };
      build(createGraph(record), config);
      return parameters;
    },
    write(config, locate) {
      const graph = createGraph(locate);
      build(graph, config);
      return graph.bytes();
    },
  };
}
