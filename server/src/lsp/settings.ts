import * as path from 'node:path';
import type { ModelSetting } from '../workspace/config/configuration';
import { absolute, absoluteModel } from '../workspace/config/load';
import type { MachineSettings } from '../workspace/project';

/**
 * The machine's own paths out of whatever the client calls its settings. Anything that is not what it should be is
 * left out: settings come from a file that people edit by hand.
 * @param home what relative paths count from; in settings of a machine that can only be the home folder.
 */
export function machineSettings(settings: unknown, home: string): MachineSettings {
  if (typeof settings !== 'object' || settings === null) return {};
  const { loraPaths, embeddingPaths, modelPaths, models, baseModel, hashInBackground } = settings as Record<
    string,
    unknown
  >;
  return {
    loraPaths: paths(loraPaths, home),
    embeddingPaths: paths(embeddingPaths, home),
    modelPaths: paths(modelPaths, home),
    models: modelSettings(models, home),
    ...(typeof baseModel === 'string' && baseModel !== '' && { baseModel }),
    ...(hashInBackground === false && { hashInBackground }),
  };
}

function paths(value: unknown, home: string): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((entry): entry is string => typeof entry === 'string' && entry.trim() !== '')
    .map((entry) => path.normalize(absolute(home, entry.trim())));
}

/** `name: path` or `name: {path, architecture, vae}`. */
function modelSettings(value: unknown, home: string): Record<string, ModelSetting> {
  if (typeof value !== 'object' || value === null) return {};
  const models: [string, ModelSetting][] = [];
  for (const [name, entry] of Object.entries(value)) {
    const setting = typeof entry === 'string' ? { path: entry } : entry;
    if (typeof setting !== 'object' || setting === null) continue;
    const { path: file, architecture, vae } = setting as Record<string, unknown>;
    const model: ModelSetting = {
      ...(typeof file === 'string' && file !== '' && { path: file }),
      ...(typeof architecture === 'string' && architecture !== '' && { architecture }),
      ...(typeof vae === 'string' && vae !== '' && { vae }),
    };
    if (model.path !== undefined || model.architecture !== undefined)
      models.push([name, absoluteModel(home, model)]);
  }
  return Object.fromEntries(models);
}
