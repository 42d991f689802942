import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { check, findings } from './check';
import { environment, lora, model, STUDIO } from './environment';

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

describe('ambiguous-lora', () => {
  it('names the files and the one that is loaded', () => {
    check('<lora:«twin»:1>', 'ambiguous-lora', {
      severity: 'warning',
      message: /`a\/twin.safetensors` and `b\/twin.safetensors`.*today `b\/twin.safetensors` is loaded/,
    });
  });
  it('offers a name that only one file has', () => {
    const two = environment([
      lora('x', { relativePath: 'a/x.safetensors', alias: 'x-old' }),
      lora('x', { relativePath: 'b/x.safetensors' }),
    ]);
    check('<lora:«x»:1>', 'ambiguous-lora', { environment: two, unsafe: '<lora:x-old:1>' });
  });
  it('offers no name that two files have again', () => {
    const three = environment([
      lora('x', { relativePath: 'a/x.safetensors', alias: 'y' }),
      lora('x', { relativePath: 'b/x.safetensors' }),
      lora('y'),
    ]);
    const [finding] = check('<lora:«x»:1>', 'ambiguous-lora', { environment: three });
    expect(finding?.fixes).toEqual([]);
  });
  it('says nothing where a name wins over an alias', () => {
    const clash = environment([lora('y', { alias: 'x' }), lora('x')]);
    check('<lora:x:1>', 'ambiguous-lora', { environment: clash });
    const lost = environment([lora('x'), lora('y', { alias: 'x' })]);
    check('<lora:«x»:1>', 'ambiguous-lora', { environment: lost, message: '`y.safetensors` is loaded' });
  });
  it('says nothing about copies of one file', () => {
    const hashes = { sha256: 'ab' };
    const copies = environment([
      lora('x', { relativePath: 'a/x.safetensors', hashes }),
      lora('x', { relativePath: 'b/x.safetensors', hashes }),
    ]);
    check('<lora:x:1> <lora:outline:1>', 'ambiguous-lora', { environment: copies });
    check('<lora:outline:1>', 'ambiguous-lora');
  });
});

describe('duplicate-lora', () => {
  it('reports the second tag', () => {
    const [finding] = check('<lora:mira:1>, a, «<lora:mira:0.5>»', 'duplicate-lora', {
      severity: 'warning',
      unsafe: '<lora:mira:1>, a',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 13 });
    check('<lora:mira:1> «<lyco:mira:1>» «<lora:mira:2>»', 'duplicate-lora');
  });
  it('knows a file by all of its names', () => {
    const aliased = environment([lora('file_name', { alias: 'Pretty' })]);
    check('<lora:Pretty:1> «<lora:file_name:1>»', 'duplicate-lora', {
      environment: aliased,
      message: 'the same file as `Pretty`',
    });
  });
  it('looks at each block alone', () => {
    check('<lora:mira:1>\n---\n<lora:mira:1>', 'duplicate-lora');
    check('<lora:mira:1> <lora:outline:1>', 'duplicate-lora');
    check('<lora:mira:1>\nNegative prompt: <lora:mira:1>', 'duplicate-lora');
  });
});

describe('unreadable-lora', () => {
  it('says why', () => {
    check('<lora:«hurt»:1>', 'unreadable-lora', {
      severity: 'error',
      message: 'the header is longer than the file. Download it again.',
    });
    check('<lora:«old»:1>', 'unreadable-lora', { severity: 'warning', message: 'pickle' });
    check('<lora:«smooth»:1>', 'unreadable-lora', {
      severity: 'error',
      message: 'not a LoRA. Name another one',
    });
  });
  it('goes by what the file holds, whatever its header is worth', () => {
    const sound = environment([lora('smooth', { kind: 'vae' }), lora('mira')]);
    check('<lora:«smooth»:1> <lora:mira:1>', 'unreadable-lora', { environment: sound });
  });
  it('says nothing of sound and of unknown ones', () => {
    check('<lora:mira:1> <lora:nobody:1>', 'unreadable-lora');
  });
});

describe('lora-architecture', () => {
  it('says both names and where each was learned', () => {
    check('<lora:«xl_style»:1>', 'lora-architecture', {
      severity: 'error',
      message:
        /`xl_style`.*SDXL \(its cross attention is 2048 wide\).*`sd15`.*Stable Diffusion 1 \(sdprompt\.config\.json\)/,
    });
  });
  it('takes the model the block names', () => {
    check('<lora:xl_style:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
    check('<lora:«mira»:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
    check('<lora:xl_style:1>\nSteps: 20, Model: SDXL Base.safetensors', 'lora-architecture');
  });
  it('is silent where it cannot be decided', () => {
    check('<lora:either:1> <lora:mystery:1> <lora:nobody:1>', 'lora-architecture');
    check('<lora:xl_style:1>\nSteps: 20, Model: unheard of', 'lora-architecture');
    check('<lora:xl_style:1>', 'lora-architecture', { environment: { ...STUDIO, baseModel: undefined } });
    check('<lora:xl_style:1>', 'lora-architecture', {
      environment: { ...STUDIO, baseModel: model('x', { architecture: undefined }) },
    });
    check('<lora:xl_style:0>', 'unknown-lora');
  });
  it('reports candidates none of which fits', () => {
    check('<lora:«either»:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture', {
      message: 'Stable Diffusion 1 or Stable Diffusion 2',
    });
  });
  it('warns of what loads in part', () => {
    check('<lora:«flux_style»:1>\nSteps: 20, Model: chroma1', 'lora-architecture', { severity: 'warning' });
  });
  it('counts modules where it can', () => {
    const counting = (fitting: number, total: number) => ({
      ...STUDIO,
      fit: () => ({ fitting, total, reasons: ['`conv_in` has another shape.'] }),
    });
    check('<lora:«mira»:1>', 'lora-architecture', {
      environment: counting(3, 12),
      severity: 'warning',
      message: '3 of 12 modules of `mira` fit the base model `sd15` (`conv_in` has another shape)',
    });
    check('<lora:«mira»:1>', 'lora-architecture', { environment: counting(0, 12), severity: 'error' });
    // What the tensors say counts, whatever the architectures are called.
    check('<lora:xl_style:1>', 'lora-architecture', { environment: counting(12, 12) });
  });
  it('mentions SDXL families', () => {
    check('<lora:«pony_style»:1>\nSteps: 20, Model: illustriousXL', 'lora-architecture', {
      severity: 'info',
      message: /pony.*illustrious/,
    });
    check('<lora:pony_style:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
  });
  it('does not judge what is broken', () => {
    check('<lora:hurt:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
  });
});

describe('lora-weight', () => {
  it.each([
    ['0,8', '0.8'],
    ['0，8', '0.8'],
    ['−0.5', '-0.5'],
    ['0..8', '0.8'],
    ['1.0x', '1.0'],
    ['0. 8', '0.8'],
    ['0．8', '0.8'],
  ])('reads %s as the slip it is', (written, meant) => {
    check(`<lora:mira:«${written}»>`, 'lora-weight', { severity: 'error', fixed: `<lora:mira:${meant}>` });
  });
  it('reports what is no number', () => {
    const [finding] = check('1girl, <lora:foo:«abc»>', 'lora-weight', {
      severity: 'error',
      message: 'not a number',
    });
    expect(finding?.fixes).toEqual([]);
    check('<lora:mira:1:«high»>', 'lora-weight', { severity: 'error' });
    check('<lora:mira:te=«x»:unet=1>', 'lora-weight');
    check('<lora:mira:1:1:«1.5»>', 'lora-weight', { message: 'ranks' });
    check('<lora:mira:1:dyn=«many»>', 'lora-weight', { message: 'ranks' });
  });
  it('reports an empty weight', () => {
    check('<lora:mira«:»>', 'lora-weight', { severity: 'error', fixed: '<lora:mira>' });
  });
  it('reports numbers that are none', () => {
    for (const text of ['nan', 'inf', '-inf', 'Infinity', 'NaN'])
      check(`<lora:mira:«${text}»>`, 'lora-weight', { severity: 'error', message: 'black' });
  });
  it('knows the range, which can be configured', () => {
    check('<lora:film_grain:«3»>', 'lora-weight', { severity: 'warning' });
    check('<lora:film_grain:«-2.01»>', 'lora-weight');
    check('<lora:film_grain:2> <lora:mystery:-2>', 'lora-weight');
    check('<lora:film_grain:«1.2»>', 'lora-weight', { settings: { 'lora-weight': ['on', { max: 1 }] } });
    check('<lora:film_grain:1:«5»>', 'lora-weight');
  });
  it('mentions a weight of zero', () => {
    check('<lora:mira:«0»>', 'lora-weight', { severity: 'info' });
    check('<lora:mira:0:1>', 'lora-weight');
    check('<lora:film_grain:1:0>', 'lora-weight');
  });
  it('compares with the preferred weight', () => {
    check('<lora:detail:«1.5»>', 'lora-weight', { severity: 'info', unsafe: '<lora:detail:0.6>' });
    check('<lora:detail:1.1>', 'lora-weight');
    check('<lora:detail:0.1>', 'lora-weight');
    check('<lora:detail:«-0.6»>', 'lora-weight');
  });
  it('adds up a stack', () => {
    const stack = '<lora:mira:1>, <lora:outline:2>, <lora:film_grain:1>';
    check(stack, 'lora-weight', { settings: { 'lora-weight': ['on', { preferredTolerance: 9 }] } });
    check(`${stack}, «<lora:detail:0.6>», <lora:mystery:1>`, 'lora-weight', {
      severity: 'info',
      message: 'add up to 5.6',
    });
  });
  it('adds up a stack whatever its signs', () => {
    check('<lora:film_grain:-2>, <lora:outline:2>, «<lora:mystery:-1>»', 'lora-weight', {
      severity: 'info',
      message: 'add up to 5',
    });
  });
  it('accepts what float accepts', () => {
    for (const text of ['1', '.5', '1.', '+1', '1e0', '1_0e-1', ' 0.8 ', '１'])
      check(`<lora:film_grain:${text}>`, 'lora-weight');
    check('<lora:film_grain>', 'lora-weight');
    check('<lora:film_grain:1:lbw=IN02>', 'lora-weight');
    check('<lora:film_grain:te=0.5:unet=1>', 'lora-weight');
  });
  it('knows the notations of extensions', () => {
    check('<lora:film_grain:«0@0,1@0.5»>', 'lora-weight', { severity: 'warning', message: 'loractl' });
    check('<lora:film_grain:1:«ALL»>', 'lora-weight', {
      severity: 'warning',
      fixed: '<lora:film_grain:1:lbw=ALL>',
    });
    check('<lora:film_grain:1:«1,0,0,0,1,1,1,1,1,1,1,1»>', 'lora-weight', { severity: 'warning' });
  });
  it('says nothing in negative prompts, where no number is read', () => {
    check('a\nNegative prompt: <lora:mira:abc>', 'lora-weight');
  });
});

/** Knows changes by LoRA and block as `[change, base]`, and inner products by two LoRAs and block. */
function measuredAs(
  changes: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>,
  dots: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
): Environment {
  return {
    ...STUDIO,
    measured: {
      change: ({ name }, { name: model }) =>
        model === 'sd15' && changes[name]
          ? Object.entries(changes[name]).map(([block, [change, base]]) => ({ block, change, base }))
          : undefined,
      overlap: (first, second) => {
        const known = dots[`${first.name} ${second.name}`] ?? dots[`${second.name} ${first.name}`];
        return known && Object.entries(known).map(([block, dot]) => ({ block, dot }));
      },
    },
  };
}

describe('overcooked-stack', () => {
  const alone = measuredAs({ film_grain: { mid_block: [3, 10], text_encoder: [1, 10] } });
  it('reports one LoRA at a weight that is too high', () => {
    check('a, <lora:film_grain:«2»>', 'overcooked-stack', {
      environment: alone,
      severity: 'warning',
      message:
        /^`film_grain` at this weight changes `mid_block` of `sd15` by 60 %: more than 50 %.*Lower its weight to 1\.66\.$/,
      unsafe: 'a, <lora:film_grain:1.66>',
    });
    check('<lora:film_grain:«-2»>', 'overcooked-stack', {
      environment: alone,
      unsafe: '<lora:film_grain:-1.66>',
    });
    check('<lora:film_grain:1.6>', 'overcooked-stack', { environment: alone });
    check('«<lora:film_grain>»', 'overcooked-stack', {
      environment: alone,
      settings: { 'overcooked-stack': ['on', { maxShare: 0.2 }] },
    });
  });
  it('lets a stack be that is just at the limit', () => {
    const half = measuredAs({ film_grain: { mid_block: [5, 10] } });
    check('<lora:film_grain:1>', 'overcooked-stack', { environment: half });
    check('<lora:film_grain:«1.01»>', 'overcooked-stack', { environment: half });
  });
  it('counts the weight of the part that the block belongs to', () => {
    check('<lora:film_grain:1:1.6>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:9:1>', 'overcooked-stack', {
      environment: measuredAs({ film_grain: { mid_block: [3, 10] } }),
    });
    const [finding] = check('<lora:film_grain:«9»:1>', 'overcooked-stack', {
      environment: alone,
      message: /changes `text_encoder` of `sd15` by 90 %.*for the text encoder to 5\.$/,
    });
    expect(finding?.fixes).toBeUndefined();
  });
  it('adds norms where nothing is known of two together, whatever their signs', () => {
    const two = measuredAs({ film_grain: { mid_block: [3, 10] }, outline: { mid_block: [2.5, 10] } });
    check('<lora:outline:1>, <lora:film_grain:«-1»>', 'overcooked-stack', {
      environment: two,
      message:
        /^Together these 2 LoRAs change `mid_block` of `sd15` by up to 55 %, most of it by `film_grain`: .*Lower its weight to -0\.83\./,
    });
    check('<lora:outline:0.8>, <lora:film_grain:1>', 'overcooked-stack', { environment: two });
  });
  it('adds changes as vectors where their product is known', () => {
    const changes = { film_grain: { mid_block: [4, 10] }, outline: { mid_block: [4, 10] } } as const;
    const knowing = (dot: number) => measuredAs(changes, { 'film_grain outline': { mid_block: dot } });
    const stack = '<lora:outline:1> <lora:film_grain:1>';
    check('<lora:outline:«1»> <lora:film_grain:1>', 'overcooked-stack', {
      environment: knowing(0),
      message: 'by 57 %',
    });
    check(stack, 'overcooked-stack', { environment: knowing(-16) });
    check(stack, 'overcooked-stack', { environment: knowing(-4) });
    // Measured together, and no block in common.
    check(stack, 'overcooked-stack', {
      environment: measuredAs({ film_grain: { mid_block: [4, 10] }, outline: { 'down_blocks.0': [4, 10] } }),
    });
  });
  it('asks for less of everything where one weight cannot help', () => {
    const [finding] = check('<lora:outline:«1»> <lora:film_grain:1> <lora:mystery:1>', 'overcooked-stack', {
      environment: measuredAs({
        outline: { mid_block: [6, 10] },
        film_grain: { mid_block: [5.5, 10] },
        mystery: { mid_block: [5.5, 10] },
      }),
      message: 'Multiply all weights by 0.29 or less.',
    });
    expect(finding?.fixes).toBeUndefined();
    expect(finding?.related?.map(({ range }) => range.start)).toEqual([17, 37]);
  });
  it('says nothing of what was never measured, of other models and of what is not loaded', () => {
    check('<lora:outline:9>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:9>', 'overcooked-stack');
    check('<lora:film_grain:9>\nSteps: 20, Model: sdxl_base', 'overcooked-stack', { environment: alone });
    check('a\nNegative prompt: <lora:film_grain:9>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:0> <lora:film_grain:nan>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:1>\n---\n<lora:film_grain:1>', 'overcooked-stack', { environment: alone });
  });
  it('counts a LoRA that is loaded twice twice', () => {
    check('<lora:film_grain:«1»> <lora:film_grain:0.9>', 'overcooked-stack', {
      environment: alone,
      message: 'by 57 %',
    });
    check('<lora:film_grain:1.9> <lora:film_grain:-1>', 'overcooked-stack', { environment: alone });
  });
});

describe('duplicate-lora by what was measured', () => {
  const changes = { film_grain: { mid_block: [4, 10] }, outline: { mid_block: [2, 10] } } as const;
  const alike = (dot: number) => measuredAs(changes, { 'outline film_grain': { mid_block: dot } });
  it('knows the same changes under two names', () => {
    const [finding] = check('<lora:outline:0.1> «<lora:film_grain:0.1>»', 'duplicate-lora', {
      environment: alike(7.999),
      severity: 'info',
      message: '`film_grain` makes the same changes as `outline`',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 18 });
  });
  it('leaves those alone that are alike, opposite, or the same in one place only', () => {
    for (const dot of [7.9, 0, -8])
      check('<lora:outline:0.1> <lora:film_grain:0.1>', 'duplicate-lora', { environment: alike(dot) });
    check('<lora:outline:0.1> <lora:film_grain:0.1>', 'duplicate-lora', {
      environment: measuredAs(
        { film_grain: { mid_block: [4, 10], 'up_blocks.0': [3, 10] }, outline: { mid_block: [2, 10] } },
        { 'outline film_grain': { mid_block: 8 } },
      ),
    });
  });
});

describe('one-bad-weight-disables-all', () => {
  it('names those that suffer and points at the cause', () => {
    const [finding] = check(
      '<lora:mira:0,8> «<lora:outline:1>» <lora:detail:1>',
      'one-bad-weight-disables-all',
      {
        severity: 'warning',
        message: '`outline` and `detail` are switched off',
      },
    );
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 15 });
    check('«<lora:outline:1>» <lora:mira:>', 'one-bad-weight-disables-all', { message: 'is switched off' });
  });
  it('needs somebody to suffer', () => {
    check('<lora:mira:0,8>', 'one-bad-weight-disables-all');
    check('<lora:mira:0,8> <lora:outline:x>', 'one-bad-weight-disables-all');
    check('<lora:mira:0.8> <lora:outline:1>', 'one-bad-weight-disables-all');
    check('<lora:mira:0,8>\n---\n<lora:outline:1>', 'one-bad-weight-disables-all');
    check('<lora:mira:nan> <lora:outline:1>', 'one-bad-weight-disables-all');
  });
});

describe('lora-in-negative', () => {
  it('reports the tag', () => {
    check('a\nNegative prompt: bad, «<lora:mira:1>»', 'lora-in-negative', {
      severity: 'warning',
      unsafe: 'a\nNegative prompt: bad',
    });
    check('a\nNegative prompt: («<lyco:mira:1>»:1.2), «<hypernet:h:1>»', 'lora-in-negative');
  });
  it('leaves positive prompts and other tags alone', () => {
    check('<lora:mira:1>\nNegative prompt: <b:x>, bad', 'lora-in-negative');
  });
});

describe('lora-in-schedule', () => {
  it('reports tags in schedules and alternations', () => {
    check('[«<lora:mira:1>»:«<lora:outline:1>»:0.5]', 'lora-in-schedule', { severity: 'warning' });
    check('[a|b «<lora:mira:1>»]', 'lora-in-schedule');
    check('[(«<lora:mira:1>»:1.2):0.5]', 'lora-in-schedule');
  });
  it('accepts plain brackets', () => {
    check('(<lora:mira:1>:1.2), [<lora:outline:1>], [a:b:0.5]', 'lora-in-schedule');
  });
});

describe('lora-name-unwritable', () => {
  it('reports a name that becomes an option', () => {
    check('<lora:«my=name»:1>', 'lora-name-unwritable', {
      severity: 'error',
      message: 'the name becomes `1`',
    });
    check('<lora:«te=0.5»:mira>', 'lora-name-unwritable', { message: 'name must come first' });
  });
  it('reports blanks around the name', () => {
    check('<lora:« mira »:1>', 'lora-name-unwritable', { fixed: '<lora:mira:1>' });
  });
  it('reports what the target cannot read', () => {
    check('<lora:«v1.5_style»:1>', 'lora-name-unwritable', {
      environment: { ...STUDIO, target: 'sdnext' },
      severity: 'warning',
      message: 'v1_5_style',
    });
    check('<lora:«foo__bar»:1>', 'lora-name-unwritable', {
      environment: { ...STUDIO, dynamicPrompts: true },
      severity: 'warning',
    });
    check('<lora:«a [b]»:1>', 'lora-name-unwritable', { environment: { ...STUDIO, target: 'swarmui' } });
  });
  it('accepts ordinary names', () => {
    for (const name of ['mira', 'v1.5_style', 'foo__bar', 'two words', 'ünï', 'a=b=c', '中文'])
      check(`<lora:${name}:1>`, 'lora-name-unwritable');
  });
});

describe('missing-trigger-word', () => {
  it('inserts the word before the tag', () => {
    check('1girl, «<lora:outline:1>»', 'missing-trigger-word', {
      severity: 'info',
      message: '`lineart` (from activation text)',
      unsafe: '1girl, lineart, <lora:outline:1>',
    });
  });
  it('finds the word however it is written', () => {
    for (const text of [
      'lineart',
      'Lineart',
      '(lineart:1.2)',
      'a lineart drawing',
      '[lineart]',
      'line_art, lineart',
    ])
      check(`${text}, <lora:outline:1>`, 'missing-trigger-word');
  });
  it('wants the whole word, and in the positive prompt', () => {
    check('lineartist, «<lora:outline:1>»', 'missing-trigger-word');
    check('a «<lora:outline:1>»\nNegative prompt: lineart', 'missing-trigger-word');
    check('a # lineart\n«<lora:outline:1>»', 'missing-trigger-word');
  });
  it('takes any of several, escapes brackets, and does not trust counted words', () => {
    const several = environment([
      lora('hero', { triggerWords: ['zed \\(game\\)', 'blue cape'], triggerSource: 'activation text' }),
      lora('raw', { triggerWords: ['ahri (lol)'], triggerSource: 'trainedWords' }),
      lora('counted', { triggerWords: ['1girl'], triggerSource: 'tag frequency' }),
      lora('plain'),
    ]);
    check('blue_cape <lora:hero:1>', 'missing-trigger-word', { environment: several });
    check('zed \\(game\\) <lora:hero:1>', 'missing-trigger-word', { environment: several });
    check('«<lora:raw:1>»', 'missing-trigger-word', {
      environment: several,
      unsafe: 'ahri \\(lol\\), <lora:raw:1>',
    });
    check('<lora:counted:1> <lora:plain:1> <lora:hero:0>', 'missing-trigger-word', { environment: several });
  });
  it('needs no word boundaries where there are none', () => {
    const chinese = environment([lora('ink', { triggerWords: ['水墨'], triggerSource: 'activation text' })]);
    check('一幅水墨画<lora:ink:1>', 'missing-trigger-word', { environment: chinese });
  });
});

describe('leftover-trigger-word', () => {
  it('reports a coined word without its LoRA', () => {
    check('1girl, «m1ra», rain', 'leftover-trigger-word', { severity: 'hint', unsafe: '1girl, rain' });
  });
  it('is silent with the LoRA, in negatives, and about ordinary words', () => {
    check('m1ra, <lora:mira:1>', 'leftover-trigger-word');
    check('a\nNegative prompt: m1ra', 'leftover-trigger-word');
    check('lineart, 1girl', 'leftover-trigger-word');
    check('m1ra style portrait', 'leftover-trigger-word');
  });
  it('is silent where another network answers to the word', () => {
    const pair = environment([
      lora('m1ra', { triggerWords: ['m1ra'], triggerSource: 'trainedWords' }),
      lora('mira_v2', { triggerWords: ['M1RA'], triggerSource: 'trainedWords' }),
      lora('rain'),
    ]);
    check('m1ra, <lora:mira_v2:1>', 'leftover-trigger-word', { environment: pair });
    check('«m1ra», <lora:rain:1>', 'leftover-trigger-word', { environment: pair });
  });
});

describe('lockfile-mismatch', () => {
  const file = lora('mira', { hashes: { sha256: 'aa11', autoV3: 'x' }, rank: 8 });
  const against = (pinned: ReturnType<typeof lora>[] | undefined) => ({
    ...environment([file]),
    lockfile: pinned,
  });
  it('compares the strongest evidence there is', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { sha256: 'bb22' } })]),
      severity: 'warning',
      message: 'SHA-256 is aa11, not bb22',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { autoV3: 'y' } })]),
      message: 'AutoV3',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { architecture: 'sdxl' })]),
      message: 'made for sd1, not sdxl',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { rank: 16 })]),
      message: 'rank is 8, not 16',
    });
  });
  it('accepts the pinned file', () => {
    check('<lora:mira:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { sha256: 'AA11', autoV3: 'other' } })]),
    });
    check('<lora:mira:1>', 'lockfile-mismatch', { environment: against(undefined) });
  });
  it('mentions what is not pinned', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([]),
      severity: 'info',
      message: 'sdprompt lock',
    });
  });
  it('has nothing to compare where the lockfile is all there is', () => {
    const locked = environment([lora('mira', { source: 'lockfile' })], { lockfile: [] });
    check('<lora:mira:1>', 'lockfile-mismatch', { environment: locked });
  });
});

describe('one cause, one finding', () => {
  it.each([
    ['<lora:my=name:1>', ['lora-name-unwritable']],
    ['<lora: mira:0.8>, m1ra', ['lora-name-unwritable']],
    ['m1ra, <lora:mira:0,8>', ['lora-weight']],
    ['m1ra, <LORA:mira:0.8>', ['unknown-tag-type']],
    ['m1ra, <lora:mira:0.8', ['unclosed-tag']],
    ['m1ra, <lora:mirra:0.8>', ['unknown-lora']],
    ['a\nNegative prompt: <lora:nobody:x>', ['lora-in-negative']],
    ['a (16:9)', ['suspicious-weight']],
    ['[word:1.2]', ['bracket-number']],
  ])('%s', (text, rules) => {
    const found = findings(text).map((finding) => finding.ruleId);
    expect([...found].sort()).toEqual([...rules].sort());
  });
});

describe('a pinned file under another name', () => {
  const pinned = lora('mira', { source: 'lockfile', hashes: { sha256: 'aa11', autoV3: 'f00d' } });
  const renamed = (hashes: LoraFacts['hashes'], others: LoraFacts[] = []) =>
    environment([lora('mira_v2', { hashes }), ...others], { lockfile: [pinned] });

  it('is found by its content, and every reference is renamed at once', () => {
    check('<lora:«mira»:1>\n---\n<lora:«mira»:0.5>', 'unknown-lora', {
      environment: renamed({ sha256: 'AA11' }),
      message: /is now called `mira_v2`/,
      fixed: '<lora:mira_v2:1>\n---\n<lora:mira_v2:0.5>',
    });
  });
  it('is found by its tensors when its metadata was edited', () => {
    check('<lora:«mira»:1>', 'unknown-lora', {
      environment: renamed({ sha256: 'cc33', autoV3: 'f00d' }),
      fixed: '<lora:mira_v2:1>',
    });
  });
  it('is found when another file has taken its name', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: renamed({ sha256: 'aa11' }, [lora('mira', { hashes: { sha256: 'bb22' } })]),
      message: /is now called `mira_v2`/,
      fixed: '<lora:mira_v2:1>',
    });
  });
  it('is not guessed without a hash', () => {
    check('<lora:«mira»:1>', 'unknown-lora', { environment: renamed(undefined), fixed: '<lora:mira:1>' });
    check('<lora:«mira»:1>', 'unknown-lora', {
      environment: renamed({ sha256: 'bb22' }),
      fixed: '<lora:mira:1>',
    });
  });
});
