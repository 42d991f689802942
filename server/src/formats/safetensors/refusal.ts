import { failure, type Problem, type Result, success } from '../../shared/problem';

/**
 * The rules a safetensors header can break. Each is a problem code of its own, so that a message can name the rule and
 * a test can ask for it.
 */
export const SAFETENSORS_RULES = {
  'safetensors-header-too-small': 'a file starts with eight bytes that give the length of its header',
  'safetensors-header-too-large': 'a header has at most 100,000,000 bytes',
  'safetensors-header-length': 'the header lies inside the file',
  'safetensors-utf8': 'the header is UTF-8 text',
  'safetensors-json': 'the header is one JSON object, strictly written',
  'safetensors-duplicate-field': 'a field is given once',
  'safetensors-metadata': '`__metadata__` maps strings to strings',
  'safetensors-tensor': 'a tensor has a dtype, a shape and two data_offsets, all of them whole numbers',
  'safetensors-dtype': 'the dtype is one that the format knows',
  'safetensors-offset': 'the tensors lie end to end, with no hole and no overlap',
  'safetensors-overflow': "a tensor's size can be counted in 64 bits",
  'safetensors-misaligned': 'a tensor of a sub-byte dtype ends at a whole byte',
  'safetensors-size': "a tensor's range is as long as its shape and dtype say",
  'safetensors-incomplete': 'the tensors cover the file to its last byte',
} as const;

export type SafetensorsRule = keyof typeof SAFETENSORS_RULES;

/** Thrown inside this folder only and turned into a `Problem` where the folder is entered. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(rule: SafetensorsRule, detail: string) {
    super(detail);
    this.problem = failure(
      rule,
      `${detail}; the format requires that ${SAFETENSORS_RULES[rule]}.`,
      remedyFor(rule),
    ).problem;
  }
}

function remedyFor(rule: SafetensorsRule): string {
  switch (rule) {
    case 'safetensors-header-too-small':
    case 'safetensors-header-length':
    case 'safetensors-incomplete':
      return 'The file is cut short or still being written: compare its size with the source and download it again.';
    case 'safetensors-header-too-large':
    case 'safetensors-utf8':
    case 'safetensors-json':
      return 'This is probably not a safetensors file (a web page, a Git LFS pointer or a renamed pickle): download it again.';
    default:
      return 'The file is damaged or was written by a faulty program: download it again or save it anew with its trainer.';
  }
}

/** Runs a reader and returns what it refuses as a value. */
export function guarded<T>(work: () => T): Result<T> {
  try {
    return success(work());
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.problem };
    throw error;
  }
}
