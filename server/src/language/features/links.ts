import type { Range } from '../../shared/range';
import { resolveDocument } from '../analysis/resolve';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';

/** A piece of text that leads to a file. */
export interface FileLink {
  readonly range: Range;
  /** Absolute path. */
  readonly path: string;
  readonly tooltip: string;
}

/** Links from the name in every LoRA tag to the file that the target program would load. */
export function fileLinks(document: Document, environment: Environment): FileLink[] {
  const links: FileLink[] = [];
  for (const block of resolveDocument(document)) {
    for (const network of [...block.positive.networks, ...block.negative.networks]) {
      if (network.type !== 'lora' && network.type !== 'lyco') continue;
      const lora = environment.loras.resolve(network.name).chosen;
      if (lora?.file.path === undefined || network.nameRange.start === network.nameRange.end) continue;
      links.push({ range: network.nameRange, path: lora.file.path, tooltip: lora.file.relativePath });
    }
  }
  return links;
}
