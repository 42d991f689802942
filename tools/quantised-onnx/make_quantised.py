"""Quantised forms of the fixture op17.onnx and of single layers, made by ONNX Runtime's own quantisers.

Usage: python tools/quantised-onnx/make_quantised.py test/golden/onnx/op17.onnx test/golden/onnx/quantised
Needs onnx and onnxruntime (made with onnx 1.23.1 and onnxruntime 1.30.0).
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)

source, target = sys.argv[1:3]
rng = np.random.default_rng(7)


class Reader(CalibrationDataReader):
    def __init__(self, model):
        self.rows = []
        for _ in range(4):
            row = {}
            for value in model.graph.input:
                dims = [d.dim_value or 2 for d in value.type.tensor_type.shape.dim]
                row[value.name] = rng.standard_normal(dims).astype(np.float32)
            self.rows.append(row)

    def get_next(self):
        return self.rows.pop() if self.rows else None


def bits(model, width, axis_bits):
    config = DefaultWeightOnlyQuantConfig(block_size=16, is_symmetric=True, accuracy_level=1, bits=axis_bits)
    quantizer = MatMulNBitsQuantizer(onnx.load(model), algo_config=config)
    quantizer.process()
    quantizer.model.save_model_to_file(width)


def weight_only(model, to):
    """Weights as `DequantizeLinear(int8)`, everything else in floating point."""
    loaded = onnx.load(model)
    graph = loaded.graph
    held = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type in ('MatMul', 'Gemm', 'Conv') and node.input[1] in held:
            name = node.input[1]
            values = numpy_helper.to_array(held[name])
            scale = np.float32(np.abs(values).max() / 127)
            short = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
            graph.initializer.extend(
                [
                    numpy_helper.from_array(short, name + '_quantized'),
                    numpy_helper.from_array(np.array(scale), name + '_scale'),
                    numpy_helper.from_array(np.array(0, np.int8), name + '_zero_point'),
                ]
            )
            parts = [name + '_quantized', name + '_scale', name + '_zero_point']
            nodes.append(helper.make_node('DequantizeLinear', parts, [name + '_DequantizeLinear_Output']))
            node.input[1] = name + '_DequantizeLinear_Output'
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.save(loaded, to)


def all_forms(path, name, has_matmul=True):
    out = lambda form: os.path.join(target, f'{name}_{form}.onnx')
    quantize_dynamic(path, out('dynamic'), weight_type=QuantType.QUInt8, op_types_to_quantize=['MatMul', 'Gemm', 'Conv'])
    quantize_static(
        path,
        out('static'),
        Reader(onnx.load(path)),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=['MatMul', 'Gemm', 'Conv'],
    )
    weight_only(path, out('weights'))
    if has_matmul:
        bits(path, out('bits4'), 4)
        bits(path, out('bits8'), 8)


def layer(op, weight, name, shape, **attributes):
    graph = helper.make_graph(
        [helper.make_node(op, ['x', 'w'], ['y'], name=name, **attributes)],
        'layer',
        [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weight.astype(np.float32), 'w')],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def main():
    os.makedirs(target, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        all_forms(source, 'op17')
        linear = os.path.join(folder, 'linear.onnx')
        onnx.save(layer('MatMul', rng.standard_normal((32, 24)), '/block.0/to_q/MatMul', [2, 5, 32]), linear)
        all_forms(linear, 'linear')
        conv = os.path.join(folder, 'conv.onnx')
        onnx.save(layer('Conv', rng.standard_normal((6, 4, 3, 3)), '/block.0/conv1/Conv', [1, 4, 9, 8], pads=[1, 1, 1, 1], strides=[2, 2]), conv)
        all_forms(conv, 'conv', has_matmul=False)


main()
