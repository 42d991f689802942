import { describe, expect, it } from 'vitest';
import { askedModel, findModel } from '../../../server/src/language/domain/models';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import type { ModelFacts } from '../../../server/src/shared/facts';

const model = (name: string, hashes?: ModelFacts['hashes']): ModelFacts => ({
  name,
  format: 'checkpoint',
  source: '',
  ...(hashes && { hashes }),
});
const environment = {
  ...EMPTY_ENVIRONMENT,
  models: [
    model('dreamshaper_8', { autoV1: '9d40847d', autoV2: '879db523c3' }),
    model('v1-5-pruned', { autoV1: '81761151' }),
    model('deadbeef'),
  ],
};

describe('a model', () => {
  it.each([
    ['dreamshaper_8', 'dreamshaper_8'],
    ['Dreamshaper 8.safetensors', 'dreamshaper_8'],
    ['dreamshaper_8.safetensors [879db523c3]', 'dreamshaper_8'],
    ['renamed.safetensors [879DB523C3]', 'dreamshaper_8'],
    ['879db523c3', 'dreamshaper_8'],
    [`879db523c3${'0'.repeat(54)}`, 'dreamshaper_8'],
    ['9d40847d', 'dreamshaper_8'],
    ['81761151', 'v1-5-pruned'],
    // A name wins over a hash that looks like it.
    ['deadbeef', 'deadbeef'],
    ['0000000000', undefined],
    ['879db523', undefined],
    ['nobody', undefined],
  ])('%s is %s', (written, name) => {
    expect(findModel(written, environment)?.name).toBe(name);
  });

  it('that was renamed is found by the hash beside its name', () => {
    expect(askedModel('old name', '879db523c3', environment)?.name).toBe('dreamshaper_8');
    expect(askedModel(undefined, '81761151', environment)?.name).toBe('v1-5-pruned');
    expect(askedModel('v1-5-pruned', '879db523c3', environment)?.name).toBe('v1-5-pruned');
    expect(askedModel('old name', 'unknown', environment)).toBeUndefined();
    expect(askedModel('old name', undefined, environment)).toBeUndefined();
  });
});
