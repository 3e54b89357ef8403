#!/bin/sh
# The second half of tools/try_image.sh, in namespaces of its own: the services of docker/compose/compose.yaml, with
# Debian's Orthanc as the PACS. try_loop.sh ROOT FOLDER
set -eu
image=$1
folder=$2
root=$folder/root
user=10001
hostname node
ip link set lo up

# The image is read-only; a volume, /tmp and what an engine mounts are all that can be written.
mkdir -p "$root" "$folder/volume"
find "$folder/volume" -mindepth 1 -delete
chown "$user:$user" "$folder/volume"
mount --make-rprivate /
mount --bind "$image" "$root"
mount -t tmpfs -o size=256m,mode=1777,noexec,nosuid,nodev none "$root/tmp"
mount --bind "$folder/volume" "$root/var/lib/osteonode"
mount -t proc proc "$root/proc"
mount -t tmpfs -o size=1m,mode=755 none "$root/dev"
mkdir -p "$root/dev/shm"
mount -t tmpfs -o size=64m,mode=1777 none "$root/dev/shm"
for device in null zero full random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
cp docker/compose/*.py "$root/dev/"
echo "127.0.0.1 localhost node orthanc ris" >"$folder/hosts"
mount --bind "$folder/hosts" "$root/etc/hosts"
mount --bind docker/compose/site.toml "$root/etc/osteonode/site.toml"
mount -o remount,bind,ro "$root"

# As the image's user, without a capability, with its environment and entry point.
run_inside() {
    chroot "$root" /usr/bin/setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all /usr/bin/env -i PATH=/opt/osteonode/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 \
        PYTHONUNBUFFERED=1 HOME=/var/lib/osteonode "$@"
}

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f s", $1 - $2 }'; }

# Waits for a command to succeed: wait_for SECONDS WHAT COMMAND...
wait_for() {
    left=$(($1 * 5))
    what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { echo "not in time: $what" >&2; tail -n 20 "$folder"/*.out >&2; exit 1; }
        sleep 0.2
    done
}

if run_inside touch /opt/osteonode/written 2>/dev/null; then
    echo "the root file system can be written" >&2
    exit 1
fi
echo "user: $(run_inside id)"

echo "== Orthanc, the RIS, the node"
mkdir -p "$folder/orthanc"
find "$folder/orthanc" -mindepth 1 -delete
cp docker/compose/orthanc.json docker/compose/orthanc-users.json "$folder/orthanc/"
printf '{"StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"]}' \
    "$folder/orthanc/db" "$folder/orthanc/db" >"$folder/orthanc/here.json"
Orthanc "$folder/orthanc" >"$folder/orthanc.out" 2>&1 &
run_inside tini -s -- python /dev/hl7_receiver.py 2575 >"$folder/ris.out" 2>&1 &
began=$(now)
run_inside tini -s -- osteonode serve --config /etc/osteonode/site.toml >"$folder/node.out" 2>&1 &
node=$!
wait_for 120 "the node is ready" grep -q "is ready at" "$folder/node.out"
wait_for 120 "the node is healthy" run_inside osteonode-health /etc/osteonode/site.toml ready
echo "healthy after $(since "$began"): $(run_inside osteonode-health /etc/osteonode/site.toml ready)"

echo "== the modality sends"
began=$(now)
run_inside tini -s -- python /dev/modality.py node:11112 OSTEONODE MODALITY

# Five studies of the samples: each has a structured report in the PACS and a message at the RIS.
ask() { python3 -c "
import base64, json, sys, urllib.request
request = urllib.request.Request('http://127.0.0.1:8042' + sys.argv[1])
request.add_header('Authorization', 'Basic ' + base64.b64encode(b'viewer:viewer').decode())
print(json.dumps(json.load(urllib.request.urlopen(request, timeout=10))))" "$1"; }
is_answered() {
    [ "$(grep -c '^MSH' "$folder/ris.out")" -ge 5 ] && [ "$(run_inside osteonode studies --config /etc/osteonode/site.toml |
        grep -c 'answered')" -ge 5 ]
}
wait_for 240 "every study is answered" is_answered
echo "answered after $(since "$began")"
run_inside osteonode studies --config /etc/osteonode/site.toml
echo "in Orthanc: $(ask /statistics)"
echo "by DICOMweb: $(ask '/dicom-web/studies?includefield=00080061' | python3 -c 'import json, sys; print(*(sorted(s["00080061"]["Value"]) for s in json.load(sys.stdin)))')"
grep -A3 -m1 '^--- message' "$folder/ris.out"

echo "== the console"
echo "a password of this trial" |
    run_inside osteonode users add ada --role administrator --password-stdin --config /etc/osteonode/site.toml
login() { python3 -c "
import urllib.request
print(urllib.request.urlopen('http://127.0.0.1:8090/login', timeout=10).status)"; }
wait_for 60 "the console asks who is there" login
echo "its login answers $(login)"
ss -ltnH | awk '{ print $4 }' | sort | tr '\n' ' '
echo

echo "== SIGTERM"
began=$(now)
memory=$(awk '/^Pss:/ { sum += $2 } END { print sum / 1024 }' /proc/[0-9]*/smaps_rollup 2>/dev/null || true)
kill -TERM "$(pgrep -x tini -P "$node" || echo "$node")"
wait "$node" && code=0 || code=$?
echo "exit code $code after $(since "$began"); all processes together held ${memory%.*} MiB (PSS)"
tail -n 1 "$folder/node.out"
