import { asList, asObject, type Json, own } from '../json';

/** A node of a ComfyUI graph in the form of its API. */
export interface GraphNode {
  readonly id: string;
  /** The node's class, e.g. `KSampler`. */
  readonly type: string;
  /** Values, and links `[node id, output slot]`. */
  readonly inputs: Json;
}

/** Nodes by id. */
export type Graph = ReadonlyMap<string, GraphNode>;

/** Where a link leads: a node and which of its outputs. */
export interface Link {
  readonly node: GraphNode;
  readonly slot: number;
}

/** A graph in API form (`prompt` in ComfyUI's pictures); undefined where nothing in it is a node. */
export function readGraph(json: Json): Graph | undefined {
  const graph = new Map<string, GraphNode>();
  for (const [id, value] of Object.entries(json)) {
    const node = asObject(value);
    const type = node && own(node, 'class_type');
    if (node && typeof type === 'string')
      graph.set(id, { id, type, inputs: asObject(own(node, 'inputs')) ?? {} });
  }
  return graph.size > 0 ? graph : undefined;
}

/** The node that an input is linked to; undefined where it holds a value. */
export function linkOf(graph: Graph, node: GraphNode, input: string): Link | undefined {
  return asLink(graph, own(node.inputs, input));
}

/** Every linked input of a node. */
export function links(graph: Graph, node: GraphNode): (readonly [input: string, link: Link])[] {
  return Object.keys(node.inputs).flatMap((input): [string, Link][] => {
    const link = linkOf(graph, node, input);
    return link ? [[input, link]] : [];
  });
}

function asLink(graph: Graph, value: unknown): Link | undefined {
  const [id, slot] = asList(value);
  const isLink = Array.isArray(value) && value.length === 2 && typeof slot === 'number';
  const node = isLink ? graph.get(String(id)) : undefined;
  return node && { node, slot: slot as number };
}

/**
 * The first value that `read` finds, walking from a link against the direction of the data. A node is visited once, so
 * that circles end.
 *
 * @param follow the inputs of a node to go on with
 */
export function search<T>(
  graph: Graph,
  start: Link | undefined,
  follow: (input: string, link: Link) => boolean,
  read: (node: GraphNode, slot: number) => T | undefined,
): T | undefined {
  const queue = start ? [start] : [];
  const seen = new Set<GraphNode>();
  for (let link = queue.shift(); link; link = queue.shift()) {
    if (seen.has(link.node)) continue;
    seen.add(link.node);
    const found = read(link.node, link.slot);
    if (found !== undefined) return found;
    const from = link;
    queue.push(...links(graph, link.node).flatMap(([input, next]) => (follow(input, from) ? [next] : [])));
  }
  return undefined;
}
