import type { Problem } from '../../shared/problem';
import type { Answer } from '../http/answer';
import { oneLine, refused } from '../http/problems';
import { asObject, asText, type JsonObject, objectsOf, textsOf } from '../json';
import type { ComfyGraph } from './graph';

/** Why a graph was not taken; undefined where it was. Every fault is named by node and input. 200 may carry faults as well. */
export function refusedGraph(
  url: string,
  answer: Answer,
  body: JsonObject | undefined,
  graph: ComfyGraph,
): Problem | undefined {
  const faults = Object.entries(asObject(body?.node_errors) ?? {}).flatMap(([id, node]) =>
    objectsOf(asObject(node)?.errors).map(
      ({ message, details }) =>
        `node ${nodeName(id, graph)}: ${[message, details].filter((part) => typeof part === 'string' && part !== '').join(': ')}`,
    ),
  );
  const isGood = answer.status >= 200 && answer.status < 300;
  if (isGood && faults.length === 0) return undefined;
  if (faults.length === 0) return refused(url, '/prompt', answer).problem;
  return {
    code: 'engine-refused',
    message: `The engine at ${url} refused the graph: ${oneLine(faults.join('; '))}.`,
    remedy:
      'Change what the message names: a file that the server does not have, or an input of a workflow of your own.',
  };
}

/** A node that failed while it ran. */
export function runProblem(url: string, data: JsonObject): Problem {
  const message = oneLine(asText(data.exception_message) ?? 'no reason was given');
  const type = asText(data.exception_type) ?? '';
  const node = `${asText(data.node_type) ?? 'node'} (${asText(data.node_id) ?? '?'})`;
  if (/OutOfMemory/i.test(type) || /out of memory|not enough memory/i.test(message))
    return {
      code: 'engine-out-of-memory',
      message: `The engine at ${url} ran out of memory at ${node}: ${message}.`,
      remedy: 'Choose a smaller size or a smaller model, or free memory on that machine.',
    };
  const lines = textsOf(data.traceback).length;
  return {
    code: 'engine-job-failed',
    message: `The engine at ${url} failed at ${node}: ${message}.`,
    remedy: `Change what the message names. The log of the engine has the details${lines > 0 ? ` (${lines} lines)` : ''}.`,
  };
}

function nodeName(id: string, graph: ComfyGraph): string {
  const node = graph[id];
  const title = node?._meta?.title;
  return node === undefined ? id : `${node.class_type} (${id}${title === undefined ? '' : `, ${title}`})`;
}
