import type { LatentUpload } from './build';

/**
 * A file that `LoadLatent` reads: safetensors with one float32 tensor `latent_tensor` [n, 4, height, width]. Without the key
 * `latent_format_version_0`, so that it is divided by Stable Diffusion 1's scale when it is read.
 */
export function latentFile({ shape, data }: LatentUpload): Buffer {
  const header = Buffer.from(
    JSON.stringify({ latent_tensor: { dtype: 'F32', shape, data_offsets: [0, data.byteLength] } }),
  );
  const padded = Buffer.concat([header, Buffer.alloc((8 - (header.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const body = Buffer.alloc(data.byteLength);
  data.forEach((value, index) => {
    body.writeFloatLE(value, index * 4);
  });
  return Buffer.concat([length, padded, body]);
}
