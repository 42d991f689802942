import { describe, expect, it } from 'vitest';
import { check } from './check';
import { environment, lora, STUDIO } from './environment';

describe('unknown-lora', () => {
  it('names the LoRA, where it was looked for, and what may be meant', () => {
    check('1girl, <lora:«outlin»:1>', 'unknown-lora', {
      severity: 'error',
      message: /`outlin`.*`loras` \(14 LoRAs\).*Did you mean `outline`\?/,
      unsafe: '1girl, <lora:outline:1>',
      fixed: '1girl, <lora:outlin:1>',
    });
  });
  it.each([
    ['Film Grain', 'film_grain'],
    ['film-grain', 'film_grain'],
    ['film_grain.safetensors', 'film_grain'],
    ['styles/film_grain', 'film_grain'],
    ['MIRA', 'mira'],
    ['outl', 'outline'],
    ['outline_v2', 'outline'],
    ['ouTlnie', 'outline'],
    ['mria', 'mira'],
    ['outilne', 'outline'],
  ])('finds what %s was meant to be', (written, meant) => {
    check(`<lora:«${written}»:1>`, 'unknown-lora', { unsafe: `<lora:${meant}:1>` });
  });
  it.each(['0123456789ab', '0123456789AB', '0123456789'])(
    'finds the file that the picture was made with by its hash %s',
    (hash) => {
      const here = environment([lora('mira'), lora('mira_final', { hashes: { shortHash: '0123456789ab' } })]);
      const block = (name: string) =>
        `a, <lora:${name}:1>\nSteps: 20, Sampler: Euler, Lora hashes: "outer: ffffffffffff, mi_ra v2: ${hash}"`;
      check(block('«mi_ra v2»'), 'unknown-lora', {
        environment: here,
        message: /`Lora hashes` give under this name is called `mira_final` here/,
        fixed: block('mira_final'),
      });
      check(block('«outer»'), 'unknown-lora', { environment: here, message: 'Install it there' });
    },
  );
  it('offers nothing that is not near', () => {
    const [finding] = check('<lora:«something_else»:1>', 'unknown-lora', { message: 'Install it there' });
    expect(finding?.fixes).toEqual([]);
  });
  it('says nothing where nobody knows what is installed', () => {
    check('<lora:outlin:1>', 'unknown-lora', {
      environment: { ...STUDIO, loras: { known: 'nothing', all: [], resolve: () => ({ candidates: [] }) } },
    });
  });
  it('names the lockfile when only that is there', () => {
    const locked = environment([lora('mira', { source: 'lockfile' })]);
    check('<lora:«nope»:1>', 'unknown-lora', {
      environment: { ...locked, loras: { ...locked.loras, known: 'lockfile', searched: undefined } },
      message: 'sdprompt.lock.json (1 LoRA)',
    });
  });
  it('knows aliases, the lyco type and every block', () => {
    const aliased = environment([lora('file_name', { alias: 'Pretty Name' })]);
    check(
      '<lora:Pretty Name:1> <lyco:file_name:1> <lora:«nothing_like»:1>\n---\n<lora:«other»:1>',
      'unknown-lora',
      {
        environment: aliased,
      },
    );
  });
  it('leaves negative prompts and other tags to their own rules', () => {
    check('a <hypernet:nope:1>\nNegative prompt: <lora:nope:1>', 'unknown-lora');
    check('<lora:my=name:1>', 'unknown-lora');
    check('<lora: outline:1>', 'unknown-lora');
  });
});
