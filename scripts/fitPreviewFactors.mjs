// Fits the linear preview factors of the built-in model: draws pictures from some prompts, decodes them, and solves for
// the matrix that comes closest to the decoder. Prints the table for server/src/engine/preview/factors.ts.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import * as ort from 'onnxruntime-node';

const MODEL = 'media/demo-model';
const PROMPTS = [
  'a red house in a meadow',
  'a blue car on a beach at sunset',
  'a girl with black hair, night',
  'a green circle on a white background',
  'a yellow star on a black background',
  'a purple square on an orange background',
  'a cat in the mountains, snow',
  'a white robot, rain',
  'a pink flower on a gray background',
  'a brown tree, day',
  'a boy with blond hair on a beach',
  'a cyan triangle on a red background',
];
const SIDE = 12;
const STEPS = 12;
const CFG = 5;

const folder = await mkdtemp(path.join(process.cwd(), 'scripts', '.fit-'));
try {
  const engine = await loadEngine(folder);
  const samples = [];
  for (const [seed, prompt] of PROMPTS.entries()) samples.push(...(await draw(engine, prompt, seed + 1)));
  print(solve(samples));
} finally {
  await rm(folder, { recursive: true });
}

/** Bundles the engine's pure parts, which are TypeScript. */
async function loadEngine(directory) {
  const outfile = path.join(directory, 'engine.mjs');
  await esbuild.build({
    stdin: {
      contents: [
        'engine/samplers',
        'formats/tokenizer',
        'numerics/conditioning',
        'numerics/noise',
        'numerics/sigmas',
      ]
        .map((name) => `export * from './server/src/${name}/index.ts';`)
        .join('\n'),
      resolveDir: process.cwd(),
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
  });
  const [text, unet, vae] = await Promise.all(
    ['text_encoder', 'unet', 'vae_decoder'].map((name) =>
      ort.InferenceSession.create(`${MODEL}/${name}/model.onnx`, { logSeverityLevel: 3 }),
    ),
  );
  const { scaling_factor: scaling } = JSON.parse(await readFile(`${MODEL}/vae_decoder/config.json`, 'utf8'));
  const code = await import(pathToFileURL(outfile).href);
  const tokenizer = code.createClipTokenizer({
    merges: await readFile(`${MODEL}/tokenizer/merges.txt`, 'utf8'),
    vocab: await readFile(`${MODEL}/tokenizer/vocab.json`, 'utf8'),
  });
  return { ...code, tokenizer, text, unet, vae, scaling };
}

/** Latent pixels of one picture with the mean colour of the pixels they became. */
async function draw(engine, prompt, seed) {
  const encode = async (words) => {
    const { tokens } = engine.chunkPrompt([[words, 1]], engine.tokenizer).chunks[0];
    const ids = new ort.Tensor('int32', Int32Array.from(tokens), [1, tokens.length]);
    return (await engine.text.run({ input_ids: ids })).last_hidden_state;
  };
  const conditions = [await encode(''), await encode(prompt)];
  const { steps } = engine.startSampling({
    sampler: engine.findSampler('DPM++ 2M'),
    scheduleType: 'Karras',
    steps: STEPS,
    prediction: 'epsilon',
    training: engine.STABLE_DIFFUSION_TRAINING,
    noise: engine.createImageNoise({ kind: 'CPU', seed, shape: [4, SIDE, SIDE] }),
    async predict(input, timestep) {
      const outputs = [];
      for (const condition of conditions) {
        const feeds = {
          sample: new ort.Tensor('float32', input, [1, 4, SIDE, SIDE]),
          timestep: new ort.Tensor('int64', BigInt64Array.of(BigInt(Math.trunc(timestep))), [1]),
          encoder_hidden_states: condition,
        };
        outputs.push((await engine.unet.run(feeds)).out_sample.data);
      }
      return engine.combineGuidance(outputs[0], [{ output: outputs[1], weight: 1 }], CFG);
    },
  });
  let result = await steps.next();
  while (!result.done) result = await steps.next();
  const latents = result.value;
  const scaled = new ort.Tensor(
    'float32',
    latents.map((value) => value / engine.scaling),
    [1, 4, SIDE, SIDE],
  );
  const { data } = (await engine.vae.run({ latent_sample: scaled })).sample;
  const side = SIDE * 8;
  const colour = (channel, x, y) => {
    let sum = 0;
    for (let dy = 0; dy < 8; dy++)
      for (let dx = 0; dx < 8; dx++) sum += data[(channel * side + y * 8 + dy) * side + x * 8 + dx];
    return Math.min(1, Math.max(-1, sum / 64));
  };
  return Array.from({ length: SIDE * SIDE }, (_, i) => ({
    latent: [...[0, 1, 2, 3].map((channel) => latents[channel * SIDE * SIDE + i]), 1],
    colour: [0, 1, 2].map((channel) => colour(channel, i % SIDE, Math.floor(i / SIDE))),
  }));
}

/** Least squares by the normal equations: five unknowns for each colour. */
function solve(samples) {
  const size = 5;
  const rows = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) =>
      samples.reduce((sum, { latent }) => sum + latent[i] * latent[j], 0),
    ),
    ...[0, 1, 2].map((c) => samples.reduce((sum, { latent, colour }) => sum + latent[i] * colour[c], 0)),
  ]);
  for (let column = 0; column < size; column++)
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k < rows[row].length; k++) rows[row][k] -= factor * rows[column][k];
    }
  const matrix = rows.map((row, i) => row.slice(size).map((value) => value / row[i]));
  const error = samples.reduce((sum, { latent, colour }) => {
    const guess = [0, 1, 2].map((c) => latent.reduce((total, value, i) => total + value * matrix[i][c], 0));
    return sum + guess.reduce((total, value, c) => total + (value - colour[c]) ** 2, 0);
  }, 0);
  return { matrix, deviation: Math.sqrt(error / samples.length / 3) };
}

function print({ matrix, deviation }) {
  const row = (values) => `[${values.map((value) => Number(value.toFixed(6))).join(', ')}],`;
  console.log(
    `  channels: [\n    ${matrix.slice(0, 4).map(row).join('\n    ')}\n  ],\n  bias: ${row(matrix[4])}`,
  );
  console.error(`Standard deviation of the guess: ${deviation.toFixed(3)} (colours span 2).`);
}
