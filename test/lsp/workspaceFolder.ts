import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** A workspace folder on disk that a test may do anything to. */
export interface TestFolder {
  readonly path: string;
  file(name: string): string;
  write(name: string, content: string | Uint8Array): Promise<string>;
  remove(): Promise<void>;
}

export async function createFolder(files: Record<string, string | Uint8Array>): Promise<TestFolder> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'sdprompt-lsp-')));
  const folder: TestFolder = {
    path: root,
    file: (name) => path.join(root, name),
    async write(name, content) {
      const file = path.join(root, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
  for (const [name, content] of Object.entries(files)) await folder.write(name, content);
  return folder;
}

/**
 * A LoRA file of kohya's layout with one module, whose context width tells the architecture: 768 for SD 1, 1024 for
 * SD 2.
 */
export function loraFile(options: { width?: number; metadata?: Record<string, string> } = {}): Uint8Array {
  const { width = 768, metadata = {} } = options;
  const module = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';
  const down = 4 * width * 2;
  const up = 320 * 4 * 2;
  const header = JSON.stringify({
    __metadata__: { ss_network_module: 'networks.lora', ...metadata },
    [`${module}.lora_down.weight`]: { dtype: 'F16', shape: [4, width], data_offsets: [0, down] },
    [`${module}.lora_up.weight`]: { dtype: 'F16', shape: [320, 4], data_offsets: [down, down + up] },
    [`${module}.alpha`]: { dtype: 'F16', shape: [], data_offsets: [down + up, down + up + 2] },
  });
  const head = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8, ' '));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([length, head, Buffer.alloc(down + up + 2)]);
}
