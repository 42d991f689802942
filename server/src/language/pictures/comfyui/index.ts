import { jsonObject, own } from '../json';
import type { PictureReader } from '../picture';
import { readGraph } from './graph';
import { traceGraph } from './trace';
import { readWorkflow } from './workflow';

/** Exif tags in which ComfyUI's extensions keep both graphs in WebP, JPEG and AVIF. */
const EXIF = ['Make', 'Model', 'ImageDescription', 'UserComment'];

/** ComfyUI: the graph that was run (`prompt`), else the one that was shown (`workflow`). */
export const readComfyUi: PictureReader = (texts) => {
  const graphs = [texts.prompt, ...EXIF.map((tag) => prefixed(texts[tag], 'prompt')), texts.UserComment];
  for (const text of graphs) {
    const json = jsonObject(text);
    // Some extensions wrap both graphs in one object.
    const inner = json && own(json, 'prompt');
    const nested = typeof inner === 'string' ? jsonObject(inner) : undefined;
    const graph = (nested && readGraph(nested)) ?? (json && readGraph(json));
    const record = graph && traceGraph(graph);
    if (record) return record;
  }
  for (const text of [texts.workflow, ...EXIF.map((tag) => prefixed(texts[tag], 'workflow'))]) {
    const json = jsonObject(text);
    const graph = json && readWorkflow(json);
    const record = graph && traceGraph(graph);
    if (record) return record;
  }
  return undefined;
};

function prefixed(text: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}\\s*:\\s*`, 'i').test(text ?? '') ? text?.replace(/^[^:]*:\s*/, '') : undefined;
}
