import type { PreviewImage, PreviewState } from '../../server/src/shared/previewMessages';

/** The preview's states as a user meets them; tests and screenshots go through all of them. */
export const IMAGE: PreviewImage = {
  src: 'https://preview.test/house.png',
  width: 96,
  height: 96,
  seed: 1337,
  seconds: 0.42,
  merged: [
    { name: 'lineart', te: 0.8, unet: 0.8, networkType: 'lora', applied: 84, total: 84, reasons: [] },
    {
      name: 'top-hat',
      te: 0,
      unet: 1,
      networkType: 'locon',
      applied: 61,
      total: 84,
      reasons: ['23 modules of the text encoder: weight 0'],
    },
  ],
  strategy: 'LoRAs were merged into the weights: merged weights add nothing to a step.',
  infotext:
    'a red house in a meadow, sunset, lineart <lora:lineart:0.8> <lora:top-hat:0:1>\nNegative prompt: lowres\nSteps: 20, Sampler: Euler, CFG scale: 5, Seed: 1337, Size: 96x96, Model: demo',
};

/** What two LoRAs were measured to change, one of them in the text encoder too, and a copy of one. */
const CHANGES: PreviewImage['changes'] = {
  loras: [
    {
      name: 'lineart',
      ratio: 0.183,
      blocks: [
        { block: 'text_encoder', ratio: 0.0042, touched: 12, modules: 12 },
        { block: 'down_blocks.0', ratio: 0.14, touched: 12, modules: 16 },
        { block: 'mid_block', ratio: 0.191, touched: 12, modules: 18 },
        { block: 'up_blocks.1', ratio: 0.318, touched: 24, modules: 33 },
      ],
    },
    {
      name: 'top-hat',
      ratio: 0.054,
      blocks: [{ block: 'up_blocks.1', ratio: 0.054, touched: 24, modules: 33 }],
    },
  ],
  twins: [{ names: ['lineart', 'ink_lines_final_v2'], isOpposite: false }],
};

const TITLE = {
  title: 'a red house in a meadow, sunset, lineart',
  fileName: 'house.sdprompt',
  modelName: 'demo',
};

export const STATES = {
  empty: { phase: 'empty' },
  loading: { phase: 'running', ...TITLE, progress: { label: 'Loading the model demo' } },
  firstRun: {
    phase: 'running',
    ...TITLE,
    progress: { label: 'Step 7 of 20', fraction: 0.33, picture: 'https://preview.test/lineart.png' },
  },
  rerun: {
    phase: 'running',
    ...TITLE,
    image: IMAGE,
    progress: { label: 'Step 7 of 20', fraction: 0.33, picture: 'https://preview.test/lineart.png' },
  },
  done: { phase: 'done', ...TITLE, image: IMAGE },
  measured: { phase: 'done', ...TITLE, image: { ...IMAGE, changes: CHANGES } },
  plain: { phase: 'done', ...TITLE, image: { ...IMAGE, merged: [], strategy: '' } },
  outdated: {
    phase: 'done',
    ...TITLE,
    image: IMAGE,
    outdated: 'The prompt has changed since',
    warnings: ['RNG: GPU is served by NV (Philox) on this machine.'],
  },
  cancelled: { phase: 'cancelled', ...TITLE, image: IMAGE },
  failedFirst: {
    phase: 'failed',
    fileName: 'house.sdprompt',
    problem: {
      code: 'model-not-found',
      message: 'The prompt asks for the model "sd15", which is not configured on this machine.',
      remedy: 'Choose the folder with its ONNX files, or use the built-in model.',
      actions: [
        { id: 'useBuiltInModel', label: 'Use the built-in model' },
        { id: 'chooseModelFolder', label: 'Choose a model folder…' },
      ],
    },
  },
  failed: {
    phase: 'failed',
    ...TITLE,
    image: IMAGE,
    problem: {
      code: 'engine-crashed',
      message: 'The engine stopped unexpectedly at step 7 of 20.',
      remedy: 'The last picture is still here. Try again; if it happens again, the log has the details.',
      actions: [
        { id: 'retry', label: 'Try again' },
        { id: 'restartEngine', label: 'Restart the engine' },
        { id: 'showLog', label: 'Show the log' },
      ],
    },
  },
} as const satisfies Record<string, PreviewState>;
