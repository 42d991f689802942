"""Merge cases of every kind in shapes that `merge_golden.json` does not have, computed in float64 with torch.

Usage: python3 tools/merge-golden/generate.py test/golden/merge/variations.json

Formulas are written down anew from the trainers' sources, with torch's own einsum, kron, block_diag and solve:
LyCORIS `modules/{locon,loha,lokr,ia3,glora,diag_oft,boft}.py`, kohya `networks/oft.py`, PEFT `tuners/lora/dora.py`,
`tuners/oft/layer.py` (three generations), `tuners/ia3/layer.py`, `tuners/lokr/layer.py`.
"""
import json
import sys

import torch

torch.manual_seed(20240607)
torch.set_default_dtype(torch.float64)
CASES = []


def rand(*shape):
    return (torch.rand(*shape) - 0.5) * 2 if shape else torch.tensor(1.0)


def nested(t):
    return torch.as_tensor(t).tolist()


def pack(tensors):
    return {k: {'shape': list(t.shape), 'data': nested(t)} for k, t in tensors.items()}


def case(name, weight, layers, expected, **extra):
    """One case; `layers` is a list of (strength, tensors[, options])."""
    CASES.append(
        {
            'name': name,
            'weight_shape': list(weight.shape),
            'weight': nested(weight),
            'loras': [
                {'strength': layer[0], 'tensors': pack(layer[1]), **(layer[2] if len(layer) > 2 else {})}
                for layer in layers
            ],
            'expected': nested(expected),
            **extra,
        }
    )


def simple(name, weight, tensors, strength, full, **options):
    case(name, weight, [(strength, tensors, options)], weight + strength * (full - weight))


SHAPES = {'linear': (5, 7), 'square': (6, 6), 'conv1': (4, 6, 1, 1), 'conv3': (4, 3, 3, 3)}


def lora(shape, rank, alpha=None):
    kernel = shape[2:]
    ones = [1] * len(kernel)
    t = {'lora_down.weight': rand(rank, shape[1], *kernel), 'lora_up.weight': rand(shape[0], rank, *ones)}
    if alpha is not None:
        t['alpha'] = torch.tensor(float(alpha))
    delta = (t['lora_up.weight'].reshape(shape[0], rank) @ t['lora_down.weight'].reshape(rank, -1)).reshape(shape)
    return t, delta * (1 if alpha is None else alpha / rank)


def decompose(weight, delta, magnitude, axis):
    v = weight + delta
    dims = [d for d in range(v.dim()) if d != (0 if axis == 'out' else 1)]
    return v / v.pow(2).sum(dims, keepdim=True).sqrt() * magnitude


def magnitude_for(shape, axis):
    n = shape[0] if axis == 'out' else shape[1]
    return rand(n).abs().reshape([-1 if d == (0 if axis == 'out' else 1) else 1 for d in range(len(shape))]) + 0.5


# LoRA, LoCon, Tucker
for label, shape in SHAPES.items():
    for strength, rank, alpha in [(0.8, 3, 1), (-1.3, 2, None), (1.0, 1, 4)]:
        w = rand(*shape)
        t, delta = lora(shape, rank, alpha)
        simple(f'lora {label} rank {rank} strength {strength}', w, t, strength, w + delta)
    w = rand(*shape)
    t, _ = lora(shape, 4, 2)
    cut = (
        t['lora_up.weight'].reshape(shape[0], 4)[:, :3] @ t['lora_down.weight'].reshape(4, -1)[:3]
    ).reshape(shape) * (2 / 4)
    case(f'lora {label} dyn 3', w, [(0.7, t, {'dyn': 3})], w + 0.7 * cut)
for strength, ranks in [(1.0, (2, 2)), (-0.6, (2, 3))]:
    w = rand(4, 3, 3, 3)
    up, mid, down = rand(4, ranks[0], 1, 1), rand(*ranks, 3, 3), rand(ranks[1], 3, 1, 1)
    delta = torch.einsum('mnkl,im,nj->ijkl', mid, up[:, :, 0, 0], down[:, :, 0, 0]) * (1.5 / ranks[1])
    t = {'lora_up.weight': up, 'lora_mid.weight': mid, 'lora_down.weight': down, 'alpha': torch.tensor([1.5])}
    simple(f'tucker {ranks} strength {strength}', w, t, strength, w + delta)

# LoHa
for label, shape in SHAPES.items():
    w = rand(*shape)
    flat = w[0].numel()
    t = {
        'hada_w1_a': rand(shape[0], 2),
        'hada_w1_b': rand(2, flat),
        'hada_w2_a': rand(shape[0], 2),
        'hada_w2_b': rand(2, flat),
        'alpha': torch.tensor(3.0),
    }
    delta = ((t['hada_w1_a'] @ t['hada_w1_b']) * (t['hada_w2_a'] @ t['hada_w2_b'])).reshape(shape) * 1.5
    simple(f'loha {label}', w, t, -0.9, w + delta)
w = rand(4, 3, 3, 3)
t = {f'hada_w{i}_a': rand(2, 4) for i in (1, 2)}
t |= {f'hada_w{i}_b': rand(2, 3) for i in (1, 2)} | {f'hada_t{i}': rand(2, 2, 3, 3) for i in (1, 2)}
sides = [torch.einsum('ijkl,jr,ip->prkl', t[f'hada_t{i}'], t[f'hada_w{i}_b'], t[f'hada_w{i}_a']) for i in (1, 2)]
simple('loha tucker no alpha', w, t, 0.4, w + sides[0] * sides[1])
m = magnitude_for((4, 3, 3, 3), 'in')
simple('dora on loha tucker, input axis', w, t | {'dora_scale': m}, 0.4, decompose(w, sides[0] * sides[1], m, 'in'))

# LoKr
for label, factors in [('both decomposed', 'ab ab'), ('first decomposed', 'ab w'), ('second decomposed', 'w ab')]:
    w = rand(6, 8)
    t = {'alpha': torch.tensor(2.0)}
    sides = []
    for i, (how, (o, n)) in enumerate(zip(factors.split(), [(2, 4), (3, 2)]), 1):
        if how == 'w':
            t[f'lokr_w{i}'] = rand(o, n)
            sides.append(t[f'lokr_w{i}'])
        else:
            t[f'lokr_w{i}_a'], t[f'lokr_w{i}_b'] = rand(o, 1 + i), rand(1 + i, n)
            sides.append(t[f'lokr_w{i}_a'] @ t[f'lokr_w{i}_b'])
    rank = 3 if 'lokr_w2_b' in t else 2
    delta = torch.kron(*sides) * 2 / rank
    simple(f'lokr {label}', w, t, -0.7, w + delta)
    m = magnitude_for((6, 8), 'out')
    simple(f'dora on lokr {label}, output axis', w, t | {'dora_scale': m}, 0.6, decompose(w, delta, m, 'out'))
w = rand(4, 6, 3, 3)
t = {'lokr_w1_a': rand(2, 1), 'lokr_w1_b': rand(1, 3), 'lokr_t2': rand(2, 2, 3, 3), 'lokr_w2_a': rand(2, 2)}
t |= {'lokr_w2_b': rand(2, 2), 'alpha': torch.tensor(1.0)}
second = torch.einsum('ijkl,jr,ip->prkl', t['lokr_t2'], t['lokr_w2_b'], t['lokr_w2_a'])
delta = torch.kron((t['lokr_w1_a'] @ t['lokr_w1_b'])[:, :, None, None].contiguous(), second.contiguous()) / 2
simple('lokr conv tucker, first decomposed', w, t, 1.2, w + delta)
t = {'lokr_w1': rand(2, 3), 'lokr_w2_a': rand(2, 1), 'lokr_w2_b': rand(1, 2 * 9), 'alpha': torch.tensor(0.5)}
delta = torch.kron(t['lokr_w1'][:, :, None, None], (t['lokr_w2_a'] @ t['lokr_w2_b']).reshape(2, 2, 3, 3)) / 2
simple('lokr conv flat second', w, t, 0.5, w + delta)
t = {'lokr_w1': rand(2, 3), 'lokr_w2': rand(2, 2, 3, 3)}
delta = torch.kron(t['lokr_w1'][:, :, None, None], t['lokr_w2'])
case('lokr of peft, both whole, alpha 8 rank 4', w, [(1, t, {'peft': {'alpha': 8, 'rank': 4, 'rslora': False}})], w + 2 * delta)

# DoRA
for label, shape in SHAPES.items():
    for axis in ('in', 'out'):
        for strength in (1.0, -0.5, 0.3):
            w = rand(*shape)
            t, delta = lora(shape, 2, 3)
            m = magnitude_for(shape, axis)
            full = decompose(w, delta, m, axis)
            simple(f'dora {label} {axis} strength {strength}', w, t | {'dora_scale': m}, strength, full)
    w = rand(*shape)
    t, delta = lora(shape, 2)
    m = magnitude_for(shape, 'out')
    full = decompose(w, 2 * delta, m, 'out')
    peft = {'lora_A.weight': t['lora_down.weight'], 'lora_B.weight': t['lora_up.weight']}
    # PEFT keeps a convolution's magnitude as [1, out, 1, 1].
    stored = m.flatten() if len(shape) == 2 else m.transpose(0, 1)
    options = {'peft': {'alpha': 4, 'rslora': False}}
    simple(f'dora of peft, {label}', w, peft | {'lora_magnitude_vector': stored}, 0.8, full, **options)
    simple(f'rslora of peft, {label}', w, peft, 0.8, w + delta * 4 / 2**0.5, peft={'alpha': 4, 'rslora': True})

# Whole weights, norms
for label, shape in SHAPES.items():
    w, diff, put = rand(*shape), rand(*shape), rand(*shape)
    simple(f'full {label}', w, {'diff': diff}, -0.4, w + diff)
    case(f'set {label}', w, [(0.2, {'set_weight': put})], put)
w, diff = rand(5), rand(5)
simple('norm', w, {'w_norm': diff, 'b_norm': rand(5)}, -2.0, w + diff)

# IA3
for label, shape in SHAPES.items():
    for on_input in (0, 1):
        w, n = rand(*shape), shape[on_input]
        v = rand(n)
        axis = [-1 if d == on_input else 1 for d in range(len(shape))]
        stored = v.reshape(1, n, *[1] * (len(shape) - 2)) if len(shape) > 2 else v
        t = {'weight': stored, 'on_input': torch.tensor(float(on_input))}
        simple(f'ia3 {label} on_input {on_input}', w, t, -0.8, w + w * v.reshape(axis))
        if label in ('square', 'conv3') and on_input and len(shape) > 2 and shape[0] == shape[1]:
            continue
        stored = v.reshape(axis) if len(shape) == 2 else v.reshape(1, n, 1, 1)
        simple(f'ia3 of peft {label} on_input {on_input}', w, {'ia3_l': stored}, 0.6, w * v.reshape(axis))

# GLoRA
for label, shape in SHAPES.items():
    for naming in ('old', 'new'):
        if naming == 'old' and label.startswith('conv'):
            continue
        o, n, *kernel = shape
        w = rand(*shape)
        near, far, left, right = rand(n, 2), rand(2, n), rand(o, 2), rand(2, n, *kernel)
        delta = torch.einsum('oi...,ij->oj...', w, near @ far)
        delta = delta + (left @ right.reshape(2, -1)).reshape(shape)
        ones = [1] * len(kernel)
        conv = lambda x: x.reshape(*x.shape[:2], *ones) if kernel and x.dim() == 2 else x
        names = ['a1', 'a2', 'b1', 'b2'] if naming == 'new' else ['a2', 'a1', 'b2', 'b1']
        t = {f'{k}.weight': conv(x) for k, x in zip(names, (near, far, left, right))}
        simple(f'glora {naming} {label}', w, t | {'alpha': torch.tensor(1.0)}, 0.7, w + delta / 2)


# OFT and BOFT
def rotation(blocks, constraint, strength):
    q = blocks - blocks.transpose(-1, -2)
    norm = q.norm()
    if constraint > 0 and norm > constraint:
        q = q * ((constraint + 1e-8) / (norm + 1e-8))
    eye = torch.eye(blocks.shape[-1])
    r = (eye + q) @ torch.linalg.inv(eye - q)
    return r * strength + (1 - strength) * eye


for label, shape in SHAPES.items():
    o = shape[0]
    n = {5: 5, 6: 3, 4: 2}[o]
    for strength, alpha, rescaled in [(1.0, None, False), (0.4, 0.01, False), (-0.7, 0.0, True)]:
        w, blocks = rand(*shape), rand(o // n, n, n)
        t = {'oft_blocks': blocks} | ({} if alpha is None else {'alpha': torch.tensor(alpha)})
        r = rotation(blocks, (alpha or 0) * o, strength)
        out = torch.einsum('knm,kn...->km...', r, w.reshape(o // n, n, *shape[1:])).reshape(shape)
        if rescaled:
            t['rescale'] = rand(o, *[1] * (len(shape) - 1))
            out = out * t['rescale']
        case(f'oft {label} alpha {alpha} strength {strength}', w, [(strength, t)], out)
for m, b, shape in [(1, 4, (8, 3)), (2, 4, (8, 3)), (3, 2, (8, 5)), (2, 2, (4, 2, 3, 3)), (2, 6, (12, 2, 1, 1))]:
    for strength, alpha, rescaled in [(1.0, None, False), (0.5, 0.02, True)]:
        w, blocks = rand(*shape), rand(m, shape[0] // b, b, b)
        t = {'oft_blocks': blocks} | ({} if alpha is None else {'alpha': torch.tensor(alpha)})
        r = rotation(blocks, (alpha or 0) * shape[0], strength)
        out = w
        for i in range(m):
            k = 2**i * (b // 2)
            out = out.unflatten(0, (-1, 2, k)).transpose(1, 2).flatten(0, 2).unflatten(0, (-1, b))
            out = torch.einsum('bij,bj...->bi...', r[i], out)
            out = out.flatten(0, 1).unflatten(0, (-1, k, 2)).transpose(1, 2).flatten(0, 2)
        if rescaled:
            t['rescale'] = rand(shape[0], *[1] * (len(shape) - 1))
            out = out * t['rescale']
        case(f'boft m {m} b {b} {shape} strength {strength}', w, [(strength, t)], out)


# OFT of PEFT
def project(b, eps):
    eps = eps / torch.sqrt(torch.tensor(float(b.shape[0])))
    norm = b.flatten(1).norm(dim=1)[:, None, None]
    return torch.where(norm <= eps, b, eps * b / norm)


def block_diagonal(turns, count):
    return torch.block_diag(*[turns[0 if turns.shape[0] == 1 else i] for i in range(count)])


def exact(s):
    eye = torch.eye(s.shape[-1])
    return (eye - s) @ torch.linalg.inv(eye + s)


def series(s, terms):
    r = torch.eye(s.shape[-1]) + torch.zeros_like(s)
    if terms > 1:
        r = r + 2 * s
        if terms > 2:
            power = s @ s
            r = r + 2 * power
            for _ in range(3, terms - 1):
                power = power @ s
                r = r + 2 * power
            r = r + power @ s
    return r


for label, shape in SHAPES.items():
    w = rand(*shape)
    matrix = w.reshape(shape[0], -1)
    o, flat = matrix.shape
    strength = 0.6
    for what in ('plain', 'shared', 'constrained'):
        eps = 0.02 if what == 'constrained' else None
        base = {'rslora': False, 'oft': {'terms': 5} | ({'limit': eps} if eps else {})}
        # until 0.13: outputs, r = 2, blocks rounded up
        r, n = 2, -(-o // 2)
        b = rand(1 if what == 'shared' else r, n, n)
        used = project(b, eps * n * n) if eps else b
        d = block_diagonal(exact(0.5 * (used - used.transpose(1, 2))), r)[:o, :o]
        full = (matrix.T @ d).T.reshape(shape)
        simple(f'oft of peft 0.13 {label} {what}', w, {'oft_r': b}, strength, full, peft=base)
        # 0.14: inputs, with oft_s
        n = next(k for k in (7, 3, 2) if flat % k == 0)
        r = flat // n
        b, s = rand(1 if what == 'shared' else r, n, n), rand(o, 1)
        used = project(b, eps * (-(-o // r)) ** 2) if eps else b
        d = block_diagonal(exact(0.5 * (used - used.transpose(1, 2))), r)
        full = ((d @ matrix.T).T * s).reshape(shape)
        simple(f'oft of peft 0.14 {label} {what}', w, {'oft_r': b, 'oft_s': s}, strength, full, peft=base)
        # since 0.16: inputs, upper triangles
        n = next(k for k in (7, 6, 3) if flat % k == 0)
        r = flat // n
        for terms in (5, 2, 3, 7, None) if (label, what) == ('square', 'plain') else (5,):
            triangle = rand(1 if what == 'shared' else r, n * (n - 1) // 2) * 0.3
            q = torch.zeros(triangle.shape[0], n, n)
            rows, columns = torch.triu_indices(n, n, 1)
            q[:, rows, columns] = triangle
            q = q - q.transpose(1, 2)
            used = project(q, eps) if eps else q
            turns = exact(used) if terms is None else series(used, terms)
            full = (block_diagonal(turns, r) @ matrix.T).T.reshape(shape)
            config = {'rslora': False, 'oft': ({'terms': terms} if terms else {}) | ({'limit': eps} if eps else {})}
            name = f'oft of peft 0.16 {label} {what} terms {terms}'
            simple(name, w, {'oft_R.weight': triangle}, strength, full, peft=config)

# Several networks, one after the other
w = rand(4, 6)
first, delta = lora((4, 6), 2, 1)
after = w + 0.8 * delta
second, delta = lora((4, 6), 2, 2)
m = magnitude_for((4, 6), 'in')
dora = after + 0.5 * (decompose(after, delta, m, 'in') - after)
blocks = rand(2, 2, 2)
turned = torch.einsum('knm,kn...->km...', rotation(blocks, 0, 0.9), dora.reshape(2, 2, 6)).reshape(4, 6)
v = rand(6)
scaled = turned - 0.3 * turned * v
last, delta = lora((4, 6), 3, 3)
case(
    'lora, dora, oft, ia3, lora in this order',
    w,
    [
        (0.8, first),
        (0.5, second | {'dora_scale': m}),
        (0.9, {'oft_blocks': blocks}),
        (-0.3, {'weight': v, 'on_input': torch.tensor(1.0)}),
        (1.1, last),
    ],
    scaled + 1.1 * delta,
)

with open(sys.argv[1], 'w') as file:
    json.dump(
        {'source': f'tools/merge-golden/generate.py, torch {torch.__version__}, float64', 'cases': CASES},
        file,
        separators=(',', ':'),
    )
    file.write('\n')
print(len(CASES))
