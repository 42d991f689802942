import { SETTING_PARAMETERS, type SettingOf } from '../../shared/catalogue/treatments';
import type { Problem } from '../../shared/problem';
import type { SamplingSettings } from '../../shared/samplingSettings';
import { parseFloatPython, parseIntPython } from '../text/python';
import { badParameter, type Written } from './written';

/** The options of sampling that a block sets; undefined where it sets none. */
export function readSettings(written: Written, problems: Problem[]): SamplingSettings | undefined {
  const settings: Record<string, number | string | boolean> = {};
  for (const { key, setting } of SETTING_PARAMETERS) {
    const text = written.text(key);
    if (text === undefined || setting === undefined) continue;
    const value = readValue(setting, text);
    if (value === undefined) problems.push(badParameter(key, text, wantedOf(setting)));
    else settings[setting.name] = value;
  }
  if (settings.use_downcasted_alpha_bar === true && settings.sd_noise_schedule === 'Zero Terminal SNR')
    problems.push({
      code: 'bad-parameter',
      message:
        '`Downcast alphas_cumprod` with `Noise Schedule: Zero Terminal SNR` has no largest sigma: the web UI makes a picture of NaN.',
      remedy: 'Remove one of the two.',
    });
  return Object.keys(settings).length === 0 ? undefined : (settings as SamplingSettings);
}

/** The pairs under a picture that set the same options again, with every key that a program reads. */
export function settingPairs(settings: SamplingSettings | undefined): [key: string, value: string][] {
  if (settings === undefined) return [];
  return SETTING_PARAMETERS.flatMap(({ key, setting }): [string, string][] => {
    const value = setting && settings[setting.name];
    if (value === undefined) return [];
    return [[key, typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)]];
  });
}

function readValue(setting: SettingOf, text: string): number | string | boolean | undefined {
  if (setting.kind === 'switch')
    return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
  if (setting.kind === 'choice')
    return setting.choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  const value = setting.kind === 'whole' ? parseIntPython(text) : parseFloatPython(text);
  return value !== undefined && value >= setting.min && value <= setting.max ? value : undefined;
}

function wantedOf(setting: SettingOf): string {
  if (setting.kind === 'switch') return '`True` or `False`';
  if (setting.kind === 'choice') return `one of ${setting.choices.join(', ')}`;
  return `${setting.kind === 'whole' ? 'a whole number' : 'a number'} from ${setting.min} to ${setting.max}`;
}
