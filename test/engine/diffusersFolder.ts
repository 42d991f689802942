import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openCheckpoint } from '../../server/src/engine/model/checkpoint/files';
import { type Header, readFile, writeFile } from './safetensorsFile';

/**
 * Writes a checkpoint's model as diffusers saves it; configurations and vocabulary come from the folder it was converted
 * from. With `sharded` the U-Net is in two files.
 */
export function writeDiffusersFolder(target: string, file: string, exported: string, sharded = false): void {
  const opened = openCheckpoint(file);
  if (!opened.ok) throw new Error(opened.problem.message);
  const { checkpoint } = opened.value;
  const { header: stored, tensors: bytes } = readFile(file);
  const parts = {
    unet: [checkpoint.unet, 'diffusion_pytorch_model', 'unet'],
    text_encoder: [checkpoint.textEncoder!, 'model', 'text_encoder'],
    vae: [checkpoint.vae!, 'diffusion_pytorch_model', 'vae_decoder'],
  } as const;
  for (const [part, [network, stem, config]] of Object.entries(parts)) {
    mkdirSync(path.join(target, part), { recursive: true });
    writeFileSync(
      path.join(target, part, 'config.json'),
      readFileSync(path.join(exported, config, 'config.json')),
    );
    const names = [...network.weights.keys()];
    const groups = sharded && part === 'unet' ? [names.slice(0, 100), names.slice(100)] : [names];
    const map: Record<string, string> = {};
    groups.forEach((group, index) => {
      const suffix = groups.length > 1 ? `-0000${index + 1}-of-00002` : '';
      const name = `${stem}${suffix}.safetensors`;
      const header: Header = {};
      const own = new Map<string, Uint8Array>();
      for (const weight of group) {
        const { source, shape } = network.weights.get(weight)!;
        map[weight] = name;
        header[weight] = { dtype: stored[source]!.dtype, shape: [...shape] };
        own.set(weight, bytes.get(source)!);
      }
      writeFile(path.join(target, part, name), header, own, {});
    });
    if (groups.length > 1)
      writeFileSync(
        path.join(target, part, `${stem}.safetensors.index.json`),
        JSON.stringify({ metadata: {}, weight_map: map }),
      );
  }
  for (const part of ['scheduler', 'tokenizer']) {
    mkdirSync(path.join(target, part));
    for (const name of readdirSync(path.join(exported, part)))
      writeFileSync(path.join(target, part, name), readFileSync(path.join(exported, part, name)));
  }
}
