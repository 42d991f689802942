import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModel } from '../../../server/src/engine/pipeline/loadModel';
import { runUnet } from '../../../server/src/engine/pipeline/unet';

// `checkpoint.mjs MODEL SIDE STEPS STRATEGY`: opens a model, runs it, and prints one line of JSON (`Measured`).
const [, , model = '', side = '512', steps = '2', strategy = 'auto'] = process.argv;

/** What one process saw. Seconds are of the wall, `Cpu` of all threads together; sizes are MiB. */
export interface Measured {
  readonly load: number;
  readonly loadCpu: number;
  /** From the start of loading to the end of the first step. */
  readonly firstStep: number;
  readonly firstStepCpu: number;
  readonly step: number;
  readonly stepCpu: number;
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
const start = performance.now();
const clock = () => {
  const { user, system } = process.cpuUsage();
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
};

const before = clock();
const loaded = await loadModel(
  { path: path.resolve(model) },
  {
    threads: 0,
    mergeStrategy: strategy as 'auto' | 'inputs' | 'branches',
    previewEvery: 0,
    idleUnloadMs: 0,
  },
  undefined,
  { clipMerges: path.resolve('media/clip/merges.txt.gz') },
);
if (!loaded.ok || !loaded.value) {
  console.error(loaded.ok ? 'cancelled' : `${loaded.problem.message} ${loaded.problem.remedy}`);
  process.exit(1);
}
const { unet, textEncoder, textEncoder2, latentChannels } = loaded.value.model;
const opened = clock();
const memory = { own: own(), peakLoading: peak() };

const tokens = Array.from({ length: 77 }, (_, position) => (position === 0 ? 500 : 1 + (position % 300)));
const first = await textEncoder.encode(tokens, textEncoder2 ? 2 : 1, textEncoder2 !== undefined);
const second = await textEncoder2?.encode(tokens, 2, true);
if (!first.ok || (second && !second.ok)) process.exit(1);
const width = first.value.width + (second?.value.width ?? 0);
const hidden = new Float32Array(77 * width);
for (let token = 0; token < 77; token++) {
  const own = first.value.width;
  hidden.set(first.value.hidden.subarray(token * own, (token + 1) * own), token * width);
  if (second) {
    const other = second.value.width;
    hidden.set(second.value.hidden.subarray(token * other, (token + 1) * other), token * width + own);
  }
}
const cells = Number(side) / 8;
const condition = {
  hidden,
  tokens: 77,
  pooled: second?.value.pooled,
  timeIds: second && [Number(side), Number(side), 0, 0, Number(side), Number(side)],
};
const latent = Float32Array.from({ length: latentChannels * cells * cells }, (_, i) => Math.sin(i));
const laps = [opened];
let finite = hidden.every(Number.isFinite);
for (let count = 0; count < Number(steps); count++) {
  const shape = [latentChannels, cells, cells] as const;
  const [output] = await runUnet(unet, latent, shape, 500, [condition]);
  finite &&= output!.every(Number.isFinite);
  laps.push(clock());
}
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
  ...memory,
  peak: peak(),
  finite,
};
console.log(JSON.stringify(measured));
