/** A node's output: its id and slot. */
export type Link = readonly [node: string, slot: number];
type Input = string | number | boolean | Link;

export interface ComfyNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly _meta?: { readonly title: string };
}

/** A graph in ComfyUI's API format: nodes by id. */
export type ComfyGraph = Readonly<Record<string, ComfyNode>>;

/** Builds a graph node by node; ids count from 1 in the order of the calls. */
export function createGraph() {
  const nodes: Record<string, ComfyNode> = {};
  let next = 1;
  return {
    nodes: nodes as ComfyGraph,
    /** Adds a node and gives its first output. */
    add(classType: string, inputs: Readonly<Record<string, Input>> = {}): Link {
      const id = String(next++);
      nodes[id] = { class_type: classType, inputs };
      return [id, 0];
    },
  };
}

export type GraphBuilder = ReturnType<typeof createGraph>;

/** Another output of the node of a link. */
export function slot([node]: Link, index: number): Link {
  return [node, index];
}
