import type { Configuration, Override } from './config/configuration';
import { createPatterns, type Patterns } from './patterns';

/**
 * Applies `overrides` to configurations. Files to which the same overrides apply get the very same object, so that
 * whatever is built from a configuration can be kept by it.
 */
export interface EffectiveConfigurations {
  of(configuration: Configuration, file: string): Configuration;
}

export function createEffectiveConfigurations(): EffectiveConfigurations {
  const matchers = new WeakMap<Override, { files: Patterns; excluded?: Patterns }>();
  const merged = new WeakMap<Configuration, Map<string, Configuration>>();

  const applies = (override: Override, file: string): boolean => {
    let matcher = matchers.get(override);
    if (!matcher) {
      matcher = {
        files: createPatterns(override.folder, override.files),
        ...(override.excludedFiles && { excluded: createPatterns(override.folder, override.excludedFiles) }),
      };
      matchers.set(override, matcher);
    }
    return matcher.files.test(file) === 'match' && matcher.excluded?.test(file) !== 'match';
  };

  return {
    of(configuration, file) {
      if (configuration.overrides.length === 0) return configuration;
      const matching = configuration.overrides.filter((override) => applies(override, file));
      if (matching.length === 0) return configuration;
      const key = matching.map((override) => configuration.overrides.indexOf(override)).join();
      let known = merged.get(configuration);
      if (!known) {
        known = new Map();
        merged.set(configuration, known);
      }
      let result = known.get(key);
      if (!result) {
        result = matching.reduce(applyOverride, configuration);
        known.set(key, result);
      }
      return result;
    },
  };
}

function applyOverride(configuration: Configuration, override: Override): Configuration {
  return {
    ...configuration,
    ...(override.baseModel !== undefined && { baseModel: override.baseModel }),
    ...(override.target !== undefined && { target: override.target }),
    ...(override.dynamicPrompts !== undefined && { dynamicPrompts: override.dynamicPrompts }),
    rules: { ...configuration.rules, ...override.rules },
  };
}
