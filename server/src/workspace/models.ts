import * as path from 'node:path';
import { readModel } from '../library/models';
import type { ModelFacts } from '../shared/facts';
import type { ModelSetting } from './config/configuration';
import { BUILT_IN } from './config/load';

/** The name under which prompts and configurations speak of the built-in model. */
export const BUILT_IN_MODEL = 'demo';

/** Models by their settings, read once each. */
export interface Models {
  /**
   * Facts about every configured model, the built-in one last unless its name was taken.
   * @param settings paths absolute; `builtin` stands for the built-in model's folder.
   */
  read(settings: Readonly<Record<string, ModelSetting>>): Promise<ModelFacts[]>;
  clear(): void;
}

export function createModels(builtInPath: string | undefined): Models {
  const known = new Map<string, Promise<ModelFacts>>();

  const readOne = (name: string, setting: ModelSetting): Promise<ModelFacts> => {
    const key = JSON.stringify([name, setting.path, setting.architecture]);
    let facts = known.get(key);
    if (!facts) {
      facts = readModel({ name, ...setting });
      known.set(key, facts);
    }
    return facts;
  };

  return {
    async read(settings) {
      const all = new Map<string, ModelSetting>();
      for (const [name, setting] of Object.entries(settings)) {
        if (setting.path !== BUILT_IN) all.set(name, setting);
        else if (builtInPath !== undefined) all.set(name, { ...setting, path: builtInPath });
      }
      if (builtInPath !== undefined && !all.has(BUILT_IN_MODEL))
        all.set(BUILT_IN_MODEL, { path: builtInPath });
      return Promise.all([...all].map(([name, setting]) => readOne(name, setting)));
    },
    clear: () => known.clear(),
  };
}

/** The folder with the built-in model's LoRAs. */
export function builtInLoras(builtInPath: string): string {
  return path.join(builtInPath, 'loras');
}
