import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SAMPLERS as ENGINE_SAMPLERS } from '../../../server/src/engine/samplers';
import { KNOWN_PARAMETER_KEYS } from '../../../server/src/language/syntax/parameterKeys';
import { SCHEDULES as ENGINE_SCHEDULES } from '../../../server/src/numerics/sigmas';
import { PARAMETERS, type ParameterEntry } from '../../../server/src/shared/catalogue/parameters';
import {
  BUILT_IN_SAMPLERS,
  SAMPLERS,
  type SamplerEntry,
  samplerEntry,
} from '../../../server/src/shared/catalogue/samplers';
import {
  BUILT_IN_SCHEDULES,
  SCHEDULES,
  type ScheduleEntry,
  scheduleEntry,
} from '../../../server/src/shared/catalogue/schedules';

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/parameters.md'), 'utf8');
const samplers: readonly SamplerEntry[] = SAMPLERS;
const schedules: readonly ScheduleEntry[] = SCHEDULES;
const parameters: readonly ParameterEntry[] = PARAMETERS;

describe('the catalogue', () => {
  it('has the samplers and schedule types of the engine as built in, and no others', () => {
    expect([...BUILT_IN_SAMPLERS].sort()).toEqual(ENGINE_SAMPLERS.map(({ name }) => name).sort());
    const computed = ENGINE_SCHEDULES.map(({ name }) => name);
    expect([...BUILT_IN_SCHEDULES].sort()).toEqual(['Automatic', ...computed].sort());
  });

  it.each(samplers)(
    'finds the sampler $name by its name and aliases in any case, and by no other',
    (entry) => {
      for (const name of [entry.name, entry.name.toUpperCase(), ...(entry.aliases ?? [])])
        expect(samplerEntry(name)).toBe(entry);
      if (entry.builtIn) expect(BUILT_IN_SCHEDULES).toContain(entry.builtIn.schedule);
    },
  );

  it.each(schedules)('finds the schedule type $name by its name and aliases in any case', (entry) => {
    for (const name of [entry.name, entry.name.toLowerCase(), ...(entry.aliases ?? [])])
      expect(scheduleEntry(name)).toBe(entry);
  });

  it.each(parameters.filter(({ usual }) => usual))(
    '$key: the usual range lies in the accepted one',
    (entry) => {
      const { usual, accepted } = entry as Required<ParameterEntry>;
      expect(usual.min).toBeGreaterThanOrEqual(accepted.min);
      expect(usual.max).toBeLessThanOrEqual(Math.max(accepted.max, 2 ** 53));
      for (const value of entry.offered ?? []) {
        expect(Number(value)).toBeGreaterThanOrEqual(usual.min);
        expect(Number(value)).toBeLessThanOrEqual(usual.max);
      }
    },
  );

  it('has no parameter that a line could not begin with', () => {
    expect(parameters.map(({ key }) => key).filter((key) => !KNOWN_PARAMETER_KEYS.has(key))).toEqual([]);
  });

  it('is what docs/parameters.md says', () => {
    const missing = [...BUILT_IN_SAMPLERS, ...BUILT_IN_SCHEDULES].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
    for (const { key, accepted } of parameters) {
      if (accepted === undefined || accepted.max > 2 ** 50) continue;
      const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${key}\``));
      expect(row, key).toContain(`${accepted.min} to ${accepted.max}`);
    }
  });
});
