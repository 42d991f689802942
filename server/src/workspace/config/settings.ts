import type { RawConfiguration } from './configuration';
import { PRESETS } from './presets';

/** A piece of JSON Schema (draft 7). */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * How the value of an extending file joins that of the extended one: `prepend` and `append` say where the extending
 * file's entries go, first where earlier entries win, last where later ones do.
 */
type Merge = 'replace' | 'prepend' | 'append' | 'byKey' | 'none';

interface Setting {
  /** Shown by editors next to the setting, and printed in the documentation. */
  readonly description: string;
  readonly schema: Schema;
  readonly merge: Merge;
}

const TARGETS = ['a1111', 'forge', 'sdnext', 'comfyui', 'invokeai', 'swarmui', 'krita'];

const PATTERNS: Schema = {
  anyOf: [
    { type: 'string', minLength: 1 },
    { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
  ],
};

const pathList = (description: string): Setting => ({
  description,
  schema: { type: 'array', items: { type: 'string', minLength: 1 } },
  merge: 'prepend',
});

const TARGET: Setting = {
  description:
    'The program the prompts are written for. Names are resolved as it resolves them, and the portability rule warns of what it would read differently.',
  schema: { enum: TARGETS, default: 'a1111' },
  merge: 'replace',
};

const BASE_MODEL: Setting = {
  description:
    'The model that counts when a block has no `Model:`. A name from `models`, or `demo` for the built-in model.',
  schema: { type: 'string', minLength: 1 },
  merge: 'replace',
};

const DYNAMIC_PROMPTS: Setting = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the dialect spells its variables like that.
  description: 'Read `{a|b}`, `__wildcard__` and `${variable}` as the Dynamic Prompts extension does.',
  schema: { type: 'boolean', default: false },
  merge: 'replace',
};

const RULES: Setting = {
  description:
    'Level of each rule: `off`, `hint`, `info`, `warning` or `error`, or `[level, options]`. A rule that is not named keeps its own default.',
  schema: { $ref: '#/definitions/rules' },
  merge: 'byKey',
};

/**
 * Every setting of `sdprompt.config.json`: the one place from which the JSON schema, the merging and the treatment of
 * paths are derived. A setting missing here does not compile.
 */
export const SETTINGS: { readonly [Name in keyof RawConfiguration]-?: Setting } = {
  $schema: {
    description: 'The schema of this file, for editors.',
    schema: { type: 'string' },
    merge: 'none',
  },
  extends: {
    description: `Other configuration files to start from, relative to this one, or a preset: ${Object.keys(
      PRESETS,
    )
      .map((name) => `\`${name}\``)
      .join(', ')}. Later entries win over earlier ones, and this file wins over all of them.`,
    schema: PATTERNS,
    merge: 'none',
  },
  loraPaths: pathList(
    'Folders with LoRA files, searched with their sub-folders. `builtin` stands for the LoRAs of the built-in model.',
  ),
  embeddingPaths: pathList('Folders with textual inversion embeddings, searched with their sub-folders.'),
  wildcardPaths: pathList('Folders with wildcard files (`.txt`, `.yaml`).'),
  stylePaths: pathList('Files in the format of `styles.csv`.'),
  modelPaths: pathList(
    'Folders with checkpoints (`.safetensors`), searched with their sub-folders. Each is a base model by the name of its file.',
  ),
  models: {
    description:
      'Base models by the name that `Model:` uses. `path` is a checkpoint file, a folder that diffusers saved or one with ONNX files (`builtin`: the built-in model); `vae` is a file to take the VAE from; `architecture` alone is enough to lint.',
    schema: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          path: {
            type: 'string',
            minLength: 1,
            description: 'A checkpoint file, a folder that diffusers saved, or one with ONNX files.',
          },
          vae: {
            type: 'string',
            minLength: 1,
            description: 'A file to take the VAE from, for a checkpoint without one or instead of its own.',
          },
          architecture: {
            type: 'string',
            minLength: 1,
            description: 'For example `sd1`, `sd2`, `sdxl`, `sd3` or `flux`.',
          },
        },
        additionalProperties: false,
        minProperties: 1,
      },
    },
    merge: 'byKey',
  },
  baseModel: BASE_MODEL,
  engine: {
    description:
      'The engine that draws where neither the command nor the block names one: a name that the machine defines in its `engines.json`. A configuration can name an engine, never define one.',
    schema: { type: 'string', minLength: 1 },
    merge: 'replace',
  },
  target: TARGET,
  dynamicPrompts: DYNAMIC_PROMPTS,
  missingLoras: {
    description:
      'What becomes of a picture where a LoRA is missing, with every engine: `skip` draws the rest and names what is missing, `refuse` draws nothing. Without it the preview skips and `sdprompt render` refuses.',
    schema: { enum: ['skip', 'refuse'] },
    merge: 'replace',
  },
  rules: RULES,
  overrides: {
    description:
      'Settings for some of the files. Patterns are written as in .gitignore, relative to this file; later entries win.',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          files: { ...PATTERNS, description: 'The files this entry is for.' },
          excludedFiles: { ...PATTERNS, description: 'Files it is not for, although they match `files`.' },
          baseModel: { description: BASE_MODEL.description, ...BASE_MODEL.schema },
          target: { description: TARGET.description, ...TARGET.schema },
          dynamicPrompts: { description: DYNAMIC_PROMPTS.description, ...DYNAMIC_PROMPTS.schema },
          rules: RULES.schema,
        },
        required: ['files'],
        additionalProperties: false,
      },
    },
    merge: 'append',
  },
  ignore: {
    description: 'Files that are not linted or formatted. Patterns are written as in .gitignore.',
    schema: { type: 'array', items: { type: 'string', minLength: 1 } },
    merge: 'append',
  },
};
