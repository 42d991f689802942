import { concatBytes, readChunks, SIGNATURE, writeChunk } from '../../formats/png/chunks';
import { writeTextChunk } from '../../formats/png/text';

/**
 * A PNG with the A1111 text in it, as its readers expect. ComfyUI would write the text as JSON; its own `prompt` chunk with the
 * graph stays.
 */
export function withParameters(png: Uint8Array, parameters: string): Uint8Array {
  const [header, ...rest] = [...readChunks(png)].filter(
    ({ type, data }) => !(/^[it]TXt$/.test(type) && startsWith(data, 'parameters\0')),
  );
  if (header === undefined) return png;
  const chunks = [header, writeTextChunk('parameters', parameters), ...rest];
  return concatBytes([SIGNATURE, ...chunks.map(writeChunk)]);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0));
}
