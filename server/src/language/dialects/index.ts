import { failure, type Result } from '../../shared/problem';
import { A1111_KINDS } from './a1111/kinds';
import { CIVITAI_KINDS } from './civitai/kinds';
import { COMFYUI_KINDS } from './comfyui/kinds';
import { COMPEL_KINDS } from './compel/kinds';
import { DYNAMIC_KINDS } from './dynamic/kinds';
import { FORK_KINDS } from './forks/kinds';
import { JUNTE_KINDS } from './junte/kinds';
import type { Kind } from './kind';
import { KRITA_KINDS } from './krita/kinds';
import { LORA_KINDS } from './loractl/kinds';
import { NOVELAI_KINDS } from './novelai/kinds';
import { SDCPP_KINDS } from './sdcpp/kinds';
import { SD_PARSERS_KINDS } from './sdParsers/kinds';
import { STABLECANVAS_KINDS } from './stablecanvas/kinds';

/** One program that reads or writes prompts: a folder here, by the same name. */
export interface Dialect {
  readonly folder: string;
  /** The program as its users call it. */
  readonly program: string;
  /** What of this project uses the folder besides `sdprompt parse --kind`. */
  readonly usedBy: readonly string[];
  /** What `sdprompt parse --stdin --kind` runs alone, for comparison with the program itself. */
  readonly kinds: readonly Kind[];
}

/** Every dialect. The meaning of the language itself, AUTOMATIC1111's, is read by `language/analysis`. */
export const DIALECTS: readonly Dialect[] = [
  {
    folder: 'a1111',
    program: 'AUTOMATIC1111 stable-diffusion-webui (the layers of language/analysis, each alone)',
    usedBy: [],
    kinds: A1111_KINDS,
  },
  {
    folder: 'loractl',
    program: 'sd-webui-loractl, weights of a LoRA that change over the steps',
    usedBy: ['plan/loras'],
    kinds: LORA_KINDS,
  },
  { folder: 'comfyui', program: 'ComfyUI', usedBy: ['portability/readAs'], kinds: COMFYUI_KINDS },
  { folder: 'sdcpp', program: 'stable-diffusion.cpp', usedBy: [], kinds: SDCPP_KINDS },
  { folder: 'novelai', program: 'NovelAI', usedBy: [], kinds: NOVELAI_KINDS },
  { folder: 'forks', program: 'strict forks of the web UI', usedBy: [], kinds: FORK_KINDS },
  { folder: 'civitai', program: 'Civitai, its reader of infotexts', usedBy: [], kinds: CIVITAI_KINDS },
  { folder: 'sdParsers', program: 'sd-parsers (Python)', usedBy: [], kinds: SD_PARSERS_KINDS },
  {
    folder: 'krita',
    program: 'krita-ai-diffusion',
    usedBy: ['portability/readAs'],
    kinds: KRITA_KINDS,
  },
  {
    folder: 'compel',
    program: 'compel, which InvokeAI conditions with',
    usedBy: ['portability/readAs'],
    kinds: COMPEL_KINDS,
  },
  {
    folder: 'dynamic',
    program: 'dynamicprompts and sd-dynamic-prompts',
    usedBy: ['plan/template', 'rules/duplicateLora', 'rules/dynamicTemplate', 'dialects/krita'],
    kinds: DYNAMIC_KINDS,
  },
  {
    folder: 'stablecanvas',
    program: 'sd-webui-a1111-prompt-parser (npm)',
    usedBy: [],
    kinds: STABLECANVAS_KINDS,
  },
  {
    folder: 'junte',
    program: 'junte/stable-diffusion-prompt-parser (Go)',
    usedBy: [],
    kinds: JUNTE_KINDS,
  },
];

const ALL: readonly Kind[] = DIALECTS.flatMap(({ kinds }) => kinds);
const BY_NAME: ReadonlyMap<string, Kind> = new Map(ALL.map((kind) => [kind.name, kind]));

/** Names that `runKind` accepts, for messages and for tests. */
export const KINDS: readonly string[] = ALL.map((kind) => kind.name);

/**
 * Runs one layer on one input and returns its result as plain JSON. What the program itself would refuse is a value with
 * an `error`; only an unknown kind or an input of the wrong type is a problem.
 */
export function runKind(
  kind: string,
  input: unknown,
  options: Readonly<Record<string, unknown>> = {},
): Result<unknown> {
  const found = BY_NAME.get(kind);
  if (found === undefined)
    return failure('unknown-kind', `There is no kind ${kind}.`, `Use one of: ${KINDS.join(', ')}.`);
  return found.run(input, options);
}
