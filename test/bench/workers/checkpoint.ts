import { readFileSync } from 'node:fs';
import { toRgb } from '../../../server/src/engine/image/index';
import { decodeLatents } from '../../../server/src/engine/model/vaeDecoder';
import { clock, conditionOf, openModel, stepOnce } from '../support/oneStep';

// `checkpoint.mjs MODEL SIDE STEPS STRATEGY`: opens a model, runs it, and prints one line of JSON (`Measured`).
const [, , file = '', side = '512', steps = '2', strategy = 'auto'] = process.argv;

/** What one process saw. Seconds are of the wall, `Cpu` of all threads together; sizes are MiB. */
export interface Measured {
  readonly load: number;
  readonly loadCpu: number;
  /** From the start of loading to the end of the first step. */
  readonly firstStep: number;
  readonly firstStepCpu: number;
  readonly step: number;
  readonly stepCpu: number;
  /** Latents to pixels, and pixels to latents, at the same size. */
  readonly decode: number;
  readonly decodeCpu: number;
  readonly encode: number;
  readonly encodeCpu: number;
  /** Memory of its own after loading, without what is mapped from files; undefined where the system does not tell. */
  readonly own?: number;
  /** The most that was resident, mapped pages included: while loading, and in all. */
  readonly peakLoading: number;
  readonly peak: number;
  /** Whether every number that came out is one. */
  readonly finite: boolean;
}

const own = (): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
};
const peak = () => process.resourceUsage().maxRSS / 1024;
const before = clock();
const model = await openModel(file, 0, strategy as 'auto' | 'merged' | 'branches');
const opened = clock();
const memory = { own: own(), peakLoading: peak() };
const condition = await conditionOf(model, Number(side));
const laps = [opened];
let finite = condition.hidden.every(Number.isFinite);
for (let count = 0; count < Number(steps); count++) {
  finite = (await stepOnce(model, condition, Number(side))) && finite;
  laps.push(clock());
}
const size = Number(side);
const cells = size / 8;
const latents = Float32Array.from({ length: model.latentChannels * cells * cells }, (_, i) => Math.sin(i));
const beforeDecoding = clock();
const shape = [model.latentChannels, cells, cells] as const;
const pixels = await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
const beforeEncoding = clock();
const rgb = toRgb(pixels, size, size);
const encoded = await model.vaeEncoder.encode({ width: size, height: size, rgb });
const done = clock();
finite &&= pixels.every(Number.isFinite) && encoded.ok && encoded.value.every(Number.isFinite);
const [, one, ...rest] = laps as [typeof opened, typeof opened, ...(typeof opened)[]];
const seconds = (key: 'wall' | 'cpu') =>
  Math.min(...rest.map((lap, index) => lap[key] - (rest[index - 1] ?? one)[key]));
const measured: Measured = {
  load: opened.wall - before.wall,
  loadCpu: opened.cpu - before.cpu,
  firstStep: one.wall - before.wall,
  firstStepCpu: one.cpu - before.cpu,
  step: seconds('wall'),
  stepCpu: seconds('cpu'),
  decode: beforeEncoding.wall - beforeDecoding.wall,
  decodeCpu: beforeEncoding.cpu - beforeDecoding.cpu,
  encode: done.wall - beforeEncoding.wall,
  encodeCpu: done.cpu - beforeEncoding.cpu,
  ...memory,
  peak: peak(),
  finite,
};
console.log(JSON.stringify(measured));
