#!/bin/sh
# The programs of others that tests talk to. As root on Debian: installs what is missing. Else: names the tests left out.
set -eu
PATH=$PATH:/usr/sbin

# package  program, or a file of it  what its tests show
peers='dcmtk storescu transfer syntaxes and DIMSE against DCMTK
dicom3tools dciodvfy every document checked against the Standard
pixelmed-apps DicomSRValidator structured reports against the templates of the Standard
poppler-utils pdftotext the pages of the report, read and looked at
qpdf qpdf the report as a well-formed PDF
openssl openssl TLS against a client that nobody here wrote
orthanc Orthanc the whole node with an Orthanc as PACS
orthanc-dicomweb /usr/share/orthanc/plugins/libOrthancDicomWeb.so reports and captures in OHIF
orthanc-webviewer /usr/share/orthanc/plugins/libOrthancWebViewer.so captures in the viewer of Orthanc
postgresql /usr/lib/postgresql/15/bin/initdb the ledger and its revisions on PostgreSQL
chromium chromium documents in viewers of the web
npm npm documents in OHIF, which make ohif fetches
dicomscope dicomscope presentation states in DICOMscope
xvfb Xvfb DICOMscope, on a screen that nobody sees
xdotool xdotool DICOMscope, with a hand on its mouse'

missing() {
    echo "$peers" | while read -r package program what; do
        command -v "$program" >/dev/null || echo "$package $what"
    done
}

packages=$(missing | cut -d' ' -f1 | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing what tests talk to: $packages"
    # A package that brings a server must not start it on this machine's network.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of packages
    DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -qq -y --no-install-recommends $packages >/dev/null
fi

missing | while read -r package what; do
    echo "left out: $what (sudo apt-get install $package)"
done
