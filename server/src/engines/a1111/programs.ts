import type { ServerProgram } from '../../shared/engines';
import type { HttpClient } from '../http/client';
import type { JsonObject } from '../json';

/** How the programs of the A1111 family differ in what they take and in what they drop. */
export interface ProgramTraits {
  readonly label: string;
  /** `/internal/progress` knows jobs by `force_task_id`. */
  readonly hasTaskIds: boolean;
  /** `hr_cfg`, whose default of 1 draws the second pass without guidance. */
  readonly hasHiresCfg: boolean;
  /** `clip_skip` is a field of the request, not a setting. */
  readonly clipSkipIsField: boolean;
  /** The refiner's moment: `refiner_switch_at` or `refiner_start`. */
  readonly refinerSwitch: 'refiner_switch_at' | 'refiner_start';
  /** LoRAs are a list of the request; tags in the prompt stay words. */
  readonly lorasAsList: boolean;
  /** Where it names a VAE: a setting of one file or of several modules. */
  readonly vaeSetting: 'sd_vae' | 'forge_additional_modules';
  /** `info` lists the LoRAs that were loaded. */
  readonly tellsLoraHashes: boolean;
  /** Sides of a picture are multiples of this. */
  readonly sizeMultiple: number;
  /** `dyn=` in a LoRA tag cuts the rank. */
  readonly readsDyn: boolean;
}

const A1111: ProgramTraits = {
  label: 'AUTOMATIC1111',
  hasTaskIds: true,
  hasHiresCfg: false,
  clipSkipIsField: false,
  refinerSwitch: 'refiner_switch_at',
  lorasAsList: false,
  vaeSetting: 'sd_vae',
  tellsLoraHashes: true,
  sizeMultiple: 8,
  readsDyn: true,
};

const FORGE: ProgramTraits = {
  ...A1111,
  label: 'Forge',
  hasHiresCfg: true,
  vaeSetting: 'forge_additional_modules',
  readsDyn: false,
};

type A1111Program = Exclude<ServerProgram, 'comfyui' | 'swarmui'>;

export const PROGRAMS: Readonly<Record<A1111Program, ProgramTraits>> = {
  a1111: A1111,
  forge: FORGE,
  'forge-neo': { ...FORGE, label: 'Forge Neo', sizeMultiple: 64 },
  reforge: { ...A1111, label: 'reForge', hasHiresCfg: true },
  sdnext: {
    ...A1111,
    label: 'SD.Next',
    hasTaskIds: false,
    clipSkipIsField: true,
    refinerSwitch: 'refiner_start',
    tellsLoraHashes: false,
    readsDyn: false,
  },
  sdcpp: {
    ...A1111,
    label: 'stable-diffusion.cpp',
    hasTaskIds: false,
    lorasAsList: true,
    tellsLoraHashes: false,
    readsDyn: false,
  },
};

export function traitsOf(program: ServerProgram): ProgramTraits {
  return program === 'comfyui' || program === 'swarmui' ? A1111 : PROGRAMS[program];
}

export interface FoundProgram {
  readonly program: A1111Program;
  readonly version?: string;
  /** Forge's VAEs and text encoders. */
  readonly modules?: unknown;
}

/**
 * Which program of the family answers, by the routes that only one of them has. reForge has none of its own; its command
 * line options do, and Neo's differ from Forge's.
 */
export async function findProgram(http: HttpClient, flags: JsonObject): Promise<FoundProgram> {
  const [version, capabilities, modules] = await Promise.all(
    ['/sdapi/v1/version', '/sdcpp/v1/capabilities', '/sdapi/v1/sd-modules'].map(async (path) => {
      const answer = await http.json(path);
      return answer.ok ? answer.value : undefined;
    }),
  );
  if (version !== undefined) return { program: 'sdnext', ...versionOf(version) };
  if (capabilities !== undefined) return { program: 'sdcpp', ...versionOf(capabilities) };
  const names = Object.keys(flags);
  if (modules !== undefined) {
    const isNeo = names.some((name) => /^(sage|uv$|adv_samplers|fast_fp8|model_ref|nunchaku)/.test(name));
    return { program: isNeo ? 'forge-neo' : 'forge', modules };
  }
  const isReforge = names.some((name) =>
    /^(forge_|always_(gpu|high_vram|cpu)|attention_(split|quad|pytorch)|cuda_malloc)/.test(name),
  );
  return { program: isReforge ? 'reforge' : 'a1111' };
}

function versionOf(value: unknown): { readonly version?: string } {
  if (typeof value === 'string') return { version: value };
  const object = (value ?? {}) as JsonObject;
  const found = object.version ?? object.current ?? object.commit ?? object.hash;
  return typeof found === 'string' ? { version: found } : {};
}
