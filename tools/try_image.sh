#!/bin/sh
# Builds the image of docker/Dockerfile without a container engine and runs the whole loop in it: by hand, as root.
#
#     tools/try_image.sh FOLDER       keeps its root of Debian and its layers there: 4 GB, removed by hand
#
# debootstrap makes the base, buildah executes every instruction of the Dockerfile in it (chroot isolation, no daemon),
# and tools/try_loop.sh starts what came out: not root, read-only, without a capability, in a network of its own.
# Needs debootstrap, buildah, orthanc, orthanc-dicomweb, iproute2: apt-get install --no-install-recommends.
set -eu
cd "$(dirname "$0")/.."
folder=$(realpath -m "$1")
target=${TARGET:-node}
mkdir -p "$folder/tmp"
export TMPDIR="$folder/tmp"

run_buildah() {
    buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver "${DRIVER:-overlay}" "$@"
}

base=docker.io/library/debian:12-slim
if ! run_buildah inspect --type image "$base" >/dev/null 2>&1; then
    echo "== a fresh root of Debian 12"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$folder/debian" >"$folder/debootstrap.log"
    # What debian:12-slim leaves out, too.
    rm -rf "$folder"/debian/var/cache/apt/* "$folder"/debian/var/lib/apt/lists/* "$folder"/debian/usr/share/man/* \
        "$folder"/debian/usr/share/info/* "$folder"/debian/usr/share/locale/*
    find "$folder/debian/usr/share/doc" -type f ! -name copyright -delete
    container=$(run_buildah from scratch)
    run_buildah copy -q "$container" "$folder/debian" / >/dev/null
    run_buildah commit -q --rm "$container" "$base" >/dev/null
fi

echo "== every instruction of docker/Dockerfile, target $target"
# The authorities of this machine: a mirror of packages may have one of its own.
authorities=/etc/ssl/certs/ca-certificates.crt
graphics=no
[ "$target" != gpu ] || graphics=gpu
run_buildah bud -q --isolation chroot --pull-never --layers --format docker --volume "$authorities:$authorities:ro" \
    --build-arg "REVISION=$(git rev-parse HEAD)" --build-arg "GRAPHICS=$graphics" \
    --file docker/Dockerfile --target "$target" --tag "osteonode:$target" . >"$folder/build.log" 2>&1 ||
    { tail -n 30 "$folder/build.log" >&2; exit 1; }
run_buildah images --format '{{.Name}}:{{.Tag}} {{.Size}}' "osteonode:$target"

container=$(run_buildah from --pull-never "osteonode:$target")
trap 'run_buildah rm "$container" >/dev/null' EXIT
root=$(run_buildah mount "$container")
echo "== programs that an image should not hold"
for program in gcc cc ld make pip pip3 curl wget; do
    found=$(find "$root" -xdev -type f -name "$program" -perm /111 -print -quit)
    [ -z "$found" ] || { echo "$found is in the image" >&2; exit 1; }
done
echo "none of them"
unshare --mount --pid --net --uts --ipc --fork --mount-proc --kill-child tools/try_loop.sh "$root" "$folder"
