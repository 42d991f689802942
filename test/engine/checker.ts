import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const FOLDER = path.resolve('test/golden/checker');

/** What the checker sees in a picture: one of each question's answers. */
export interface Seen {
  readonly subject: string;
  readonly colour: string;
  readonly background: string;
  readonly style: string;
  readonly hat: string;
}

/** A caption the base model was not trained on, and what its picture should show. */
export interface HeldOut extends Pick<Seen, 'subject' | 'colour' | 'background'> {
  readonly caption: string;
  readonly seed: number;
}

const read = <T>(name: string): T => JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as T;

export const HELD_OUT = read<readonly HeldOut[]>('captions.json');

/** The classifier that tools/demo-model/checker.py trained on drawn scenes, for pictures of 96 × 96 pixels. */
export async function openChecker() {
  const session = await InferenceSession.create(path.join(FOLDER, 'checker.onnx'), { intraOpNumThreads: 1 });
  const heads = read<Record<keyof Seen, readonly string[]>>('heads.json');
  return {
    async look({ width, height, rgb }: { width: number; height: number; rgb: Uint8Array }): Promise<Seen> {
      const pixels = new Float32Array(3 * width * height);
      for (let i = 0; i < width * height; i++) {
        for (let c = 0; c < 3; c++) pixels[c * width * height + i] = rgb[i * 3 + c]! / 127.5 - 1;
      }
      const { logits } = await session.run({ pixels: new Tensor('float32', pixels, [1, 3, height, width]) });
      let begin = 0;
      const answers = Object.entries(heads).map(([question, names]) => {
        const scores = (logits!.data as Float32Array).subarray(begin, begin + names.length);
        begin += names.length;
        return [question, names[scores.indexOf(Math.max(...scores))]!];
      });
      return Object.fromEntries(answers) as unknown as Seen;
    },
    release: () => session.release(),
  };
}
