#!/bin/sh
# Resolves pyproject.toml into locks/: every package pinned, with hashes where one set of files serves everybody.
# Lock files carry no address and no path. What is locked stays as it is; --upgrade takes the newest of everything.
# Needs uv (pip install uv, or UV=/path/to/uv).
set -eu
uv=${UV:-uv}
cd "$(dirname "$0")/.."

if ! command -v "$uv" >/dev/null; then
    echo "uv is missing: pip install uv, then run this again, or name it: make lock UV=/path/to/uv" >&2
    exit 1
fi

resolve() {
    "$uv" pip compile --quiet --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

# torch is built for CPU and for several GPUs under one version: pin the version, leave the build to the machine.
resolve_with_torch() {
    lock=$1
    shift
    resolve ${PIP_FIND_LINKS:+--find-links "$PIP_FIND_LINKS"} --constraints locks/serve.txt "$@" pyproject.toml \
        -o "$lock" >/dev/null
    sed -i -e 's/^\(torch\(vision\)\?==[0-9.]*\)+[a-z0-9]*/\1/' -e '/^\(cuda-\|nvidia-c\|nvidia-n\|triton\)/d' "$lock"
}

resolve --generate-hashes locks/build.in -o locks/build.txt "$@" >/dev/null
resolve --generate-hashes pyproject.toml -o locks/serve.txt "$@" >/dev/null
resolve --generate-hashes pyproject.toml --extra dev --constraints locks/serve.txt -o locks/dev.txt "$@" >/dev/null
resolve_with_torch locks/train.txt --extra train "$@"
resolve_with_torch locks/models.txt --extra models "$@"
# tools/models.sh says why these two are not taken.
sed -i '/^\(torchvision\|opencv-python\)==/d' locks/models.txt
