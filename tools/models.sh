#!/bin/sh
# Makes the environment of other model families: tools/models.sh FOLDER. Takes 2 to 5 minutes and 4 GB, once.
set -eu
cd "$(dirname "$0")/.."
venv=$1
pip="$venv/bin/python -m pip -q --disable-pip-version-check"

tools/venv.sh "$venv"
$pip install --no-deps --require-hashes -r locks/build.txt
# ultralytics asks for torchvision, whose builds for GPUs do not load beside a CPU build of torch: see the stand-in.
$pip install --no-deps --no-build-isolation tools/torchvision_stand_in
# torch comes from wherever pip is told to look, so no hashes; pip may add what that build of torch itself asks for.
$pip install -r locks/models.txt
# ultralytics asks for opencv-python too, which needs a desktop's libraries and overwrites the headless one.
$pip uninstall --yes opencv-python
$pip install --no-deps --force-reinstall "$(grep ^opencv-python-headless== locks/models.txt)"
# openvino asks for it; it would report each import of openvino to an analytics service.
$pip uninstall --yes openvino-telemetry
$pip install --no-deps --no-build-isolation --editable .
