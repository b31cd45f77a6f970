#!/bin/bash
# Builds the root file system of a DPU's SoC as a tar, from the Debian packages of the machine's own package sources.
#   build.sh inputs        prints one line for everything outside this directory that shapes the image
#   build.sh build OUT     writes the tar to OUT; the working directory is scratch space
set -euo pipefail
export LC_ALL=C SOURCE_DATE_EPOCH=1
here=$(cd "$(dirname "$0")" && pwd)

packages=(
    openvswitch-switch      # the DPU's switch
    qemu-system-common      # qemu-storage-daemon
    qemu-utils              # qemu-img
    genisoimage             # config drives
    runit tini              # supervision, first process
    iproute2 ethtool tcpdump procps
    nftables                # keeps the SoC's IP stack off the representors
    libssl3 libstdc++6 zlib1g ca-certificates   # what .NET loads; .NET itself is mounted
)

# The suite and the sources come from apt's own configuration, so that a mirror or proxy set there is used here as well.
suite() {
    (. /etc/os-release && echo "$VERSION_CODENAME")
}

sources() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' 'Origin: Debian' | sort -u |
        awk -v suite="$(suite)" '$2 ~ "^" suite "(-security|-updates)?$" { print "deb", $1, $2, $3 }' | grep . || {
        echo "apt knows no Debian package source of $(suite): run apt-get update" >&2
        return 1
    }
}

inputs() {
    dpkg --print-architecture
    suite
    apt-cache show --no-all-versions "${packages[@]}" libc6 | grep -E '^(Package|Version):'
}

build() {
    sources > sources.list
    apt-config dump | grep -E '^Acquire::(http|https|Retries)\b.*"[^"]+"' > apt.conf || true
    cp -r "$here/root" root
    find root -type d -exec chmod 755 {} +
    find root -type f -exec chmod 644 {} +
    find root \( -name run -o -path '*/sbin/*' \) -type f -exec chmod 755 {} +
    mmdebstrap --quiet --mode=root --format=tar --variant=essential --include="$(IFS=,; echo "${packages[*]}")" \
        --aptopt="$PWD/apt.conf" --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --customize-hook='rm -rf "$1/etc/service" "$1/var/lib/apt/lists" "$1/var/cache/apt" "$1/var/cache/debconf"' \
        --customize-hook="sync-in $PWD/root /" \
        "$(suite)" rootfs.tar sources.list 2> log || { cat log >&2; return 1; }
    mv rootfs.tar "$1"
}

case ${1-} in
    inputs) inputs ;;
    build) build "$2" ;;
    *) echo "usage: build.sh inputs | build OUT" >&2; exit 2 ;;
esac
