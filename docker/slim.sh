#!/bin/sh
# Takes out of an environment what a running node never loads: slim.sh FOLDER [no|gpu]
# Licences, metadata and native libraries of the packages stay: only what is listed here goes.
set -eu
venv=$1
graphics=${2:-no}
packages=$(echo "$venv"/lib/python3.*/site-packages)
openvino=$packages/openvino

# What the graphs of a bundle are not: OpenVINO reads them as its own format (inference/backends/openvino.py).
for frontend in gguf jax onnx paddle pytorch tensorflow tensorflow_lite; do
    rm -f "$openvino"/libs/libopenvino_"$frontend"_frontend.so*
done
# Where they do not run. cache.json holds the GPU plug-in's tuned kernels.
rm -f "$openvino"/libs/libopenvino_intel_npu_plugin.so
if [ "$graphics" != gpu ]; then
    rm -f "$openvino"/libs/libopenvino_intel_gpu_plugin.so "$openvino"/libs/cache.json
fi

# Nothing is installed or compiled in the image any more.
"$venv"/bin/python -m pip uninstall -q -y pip setuptools
rm -rf "$venv"/bin/activate* "$venv"/bin/Activate.ps1 "$openvino"/include "$openvino"/cmake "$packages"/numpy/_core/include

# The tests of others, and stubs for type checkers.
find "$packages" -type d \( -name tests -o -name test \) -prune -exec rm -rf {} +
find "$packages" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.a' \) -delete

# Bytecode stays, and is made here: a read-only file system cannot keep it, and each process would compile anew.
"$venv"/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash "$packages" || true
