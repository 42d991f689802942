"""The fixture op17.onnx with the names that torch's current exporter gives.

Usage: python tools/exporter-names/make_names.py test/golden/onnx/op17.onnx test/golden/onnx/names
Needs onnx (made with 1.23.1). What is written, and how, is that of torch/onnx/_internal/exporter/_core.py
(`_get_node_namespace`, `_set_node_metadata`) and of onnxscript/optimizer/_constant_folding.py (`folded_from`); the model
itself is unchanged.
"""
import os
import sys

import onnx
from onnx import helper

source, target = sys.argv[1:3]


def scopes(name):
    """`/a.b/c.0/to_q/MatMul` as the list of modules from the root."""
    steps, path, found = name.strip('/').split('/')[:-1], '', ['']
    for step in steps:
        path = f'{path}.{step}' if path else step
        found.append(path)
    return found


def entry(holder, key, value):
    holder.metadata_props.add(key=key, value=value)


def make(form):
    model = onnx.load(source)
    graph = model.graph
    renamed = {}
    for number, node in enumerate(graph.node):
        operation = node.op_type.lower()
        found = scopes(node.name)
        old = node.name
        node.name = f'node_{node.op_type}_{number}'
        if form == 'scopes':
            entry(node, 'pkg.torch.onnx.name_scopes', repr([*found, f'{operation}_{number}']))
        if form == 'namespace':
            parts = [f'{scope}: torch.nn.modules.Module' for scope in found]
            entry(node, 'namespace', '/'.join([*parts, f'{operation}_{number}: aten.{operation}.default']))
        for at, name in enumerate(node.input):
            if name.startswith('onnx::'):
                renamed.setdefault(name, f'val_{len(renamed)}')
                node.input[at] = renamed[name]
                if form == 'folded':
                    path = scopes(old)[-1] + ('.bias' if node.op_type == 'Add' else '.weight')
                    value = helper.make_tensor_value_info(renamed[name], 1, None)
                    entry(value, 'pkg.onnxscript.optimizer.folded_from', repr([path]))
                    graph.value_info.append(value)
    for tensor in graph.initializer:
        tensor.name = renamed.get(tensor.name, tensor.name)
    os.makedirs(target, exist_ok=True)
    onnx.save(model, os.path.join(target, f'{form}.onnx'))


for form in ('scopes', 'namespace', 'folded'):
    make(form)
