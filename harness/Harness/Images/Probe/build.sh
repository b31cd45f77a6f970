#!/bin/bash
# Builds the probe OS image: GPT, an ESP with systemd-boot, Debian's cloud kernel and a small initramfs, and a squashfs with the larger tools.
#   build.sh inputs        prints one line for everything outside this directory that shapes the image
#   build.sh build OUT     writes the raw image to OUT; the working directory is scratch space, LAB_DOWNLOADS keeps packages
# LAB_KERNEL_SUITE names a Debian suite whose kernel it is to have, such as bookworm-backports; else it is the machine's own suite's.
# Needs neither loop devices nor mounts.
set -euo pipefail
export LC_ALL=C SOURCE_DATE_EPOCH=1
here=$(cd "$(dirname "$0")" && pwd)

# The first modules bring up what every boot needs, in this order; the rest waits in the tools partition for modprobe.
boot_modules=(virtio_pci virtio_blk virtio_net squashfs isofs)
late_modules=(nbd nvme_tcp 8021q vxlan dummy bridge veth tun vfat nls_cp437 nls_ascii nls_utf8 evdev button loop virtio_rng)
tools=(
    /usr/bin/fio /usr/bin/iperf3 /usr/bin/tcpdump /usr/sbin/nvme /usr/sbin/ethtool /usr/sbin/ip /usr/bin/ss /usr/sbin/bridge
    /usr/bin/ping /usr/sbin/mausezahn
)
boot_loader=/usr/lib/systemd/boot/efi/systemd-bootx64.efi

# Another suite's packages are looked up apart from the machine's own lists, which stay as they are.
apt=(-qq -o APT::Sandbox::User=root)
if [[ -n ${LAB_KERNEL_SUITE-} ]]; then
    other=$(mktemp -d)
    trap 'rm -rf "$other"' EXIT
    mkdir -p "$other"/{sources,lists,cache}
    site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
    echo "deb $site $LAB_KERNEL_SUITE main" > "$other/sources.list"
    apt+=(
        -o Dir::Etc::SourceList="$other/sources.list" -o Dir::Etc::SourceParts="$other/sources"
        -o Dir::State::Lists="$other/lists" -o Dir::Cache="$other/cache"
    )
    apt-get "${apt[@]}" update >&2
fi

# Prints the kernel package and its version, which the meta package names.
kernel_package() {
    apt-cache "${apt[@]}" show --no-all-versions linux-image-cloud-amd64 |
        sed -n 's/^Depends: .*\(linux-image-[0-9][^ ,]*\) (= \([^)]*\)).*$/\1 \2/p' | head -n 1 | grep . || {
        echo "apt knows no linux-image-cloud-amd64: run apt-get update" >&2
        return 1
    }
}

# Every shared library the tools load, one path a line. ldd exits 1 on a static program.
libraries() {
    { ldd "${tools[@]}" 2>/dev/null || true; } | sed -n 's/^.*=> \(\/[^ ]*\) .*$/\1/p; s/^\t\(\/lib64\/[^ ]*\) .*$/\1/p' | sort -u
}

inputs() {
    kernel_package
    libraries | xargs stat -Lc '%n %s %Y' "${tools[@]}" "$boot_loader" "$(command -v busybox)" "$(command -v tcc)"
}

# copy_tool PATH: into tools/, with every directory under usr, as on a Debian system.
copy_tool() {
    local target=$1
    [[ $target == /usr/* ]] || target=/usr$target
    install -D -m "$2" "$1" "tools$target"
}

build() {
    local out=$1 package version deb release image=image.raw
    read -r package version < <(kernel_package)
    deb=$LAB_DOWNLOADS/${package}_${version/:/%3a}_amd64.deb
    if [[ ! -f $deb ]]; then
        (mkdir -p download && cd download && apt-get "${apt[@]}" download "$package=$version" && mv -f ./*.deb "$deb")
    fi
    dpkg -x "$deb" kernel
    # busybox loads no compressed modules.
    find kernel/lib/modules -name '*.ko.xz' -exec xz -d {} +
    release=$(basename "$(echo kernel/boot/vmlinuz-*)")
    release=${release#vmlinuz-}

    # Tools partition: programs, their libraries, and the modules that are loaded on demand.
    mkdir -p tools/usr/lib64 tools/usr/lib/modules
    for tool in "${tools[@]}"; do copy_tool "$tool" 755; done
    libraries | while read -r library; do copy_tool "$library" 755; done
    tcc -Wall -Werror -o tools/usr/bin/lab-durable "$here/durable/lab-durable.c"
    depmod -b kernel "$release"
    for module in "${late_modules[@]}" "${boot_modules[@]}"; do
        modprobe -S "$release" -d "$PWD/kernel" --show-depends "$module"
    done | sed -n 's/^insmod \([^ ]*\).*$/\1/p' | sort -u | while read -r path; do
        install -D -m 644 "$path" "tools/usr/lib/modules/${path#*/lib/modules/}"
    done
    cp kernel/lib/modules/"$release"/modules.{order,builtin,builtin.modinfo} "tools/usr/lib/modules/$release/"
    mkdir depmod && ln -s ../tools/usr/lib depmod/lib
    depmod -b depmod "$release"
    mksquashfs tools tools.squashfs -quiet -no-progress -all-root -noappend -comp lz4 -Xhc

    # Initramfs: busybox, the boot modules in load order, init and its helpers.
    mkdir -p root/{bin,etc,dev,proc,sys,run,tmp,tools,mnt,root,boot,var}
    ln -s tools/usr root/usr
    ln -s usr/lib root/lib
    ln -s usr/lib64 root/lib64
    ln -s bin root/sbin
    ln -s ../run root/var/run
    install -m 755 "$(command -v busybox)" root/bin/busybox
    busybox --list | while read -r applet; do [[ $applet == busybox ]] || ln -s busybox "root/bin/$applet"; done
    install -m 755 "$here/init" root/init
    install -m 755 "$here"/guest/* root/bin/
    cp "$here"/etc/* root/etc/
    chmod 755 root/etc/udhcpc.script
    echo "$release" > root/etc/kernel-release
    for module in "${boot_modules[@]}"; do
        modprobe -S "$release" -d "$PWD/kernel" --show-depends "$module"
    done | sed -n 's/^insmod \([^ ]*\).*$/\1/p' | awk '!seen[$0]++' | while read -r path; do
        cp "$path" root/boot/ && basename "$path" >> root/boot/order
    done
    find root -exec touch -hd @1 {} +
    (cd root && find . -print0 | sort -z | cpio --quiet --null -o -H newc -R 0:0 --reproducible) | lz4 -q -l -9 > initrd

    # ESP. Large clusters: the firmware walks the cluster chain for every read.
    local esp_mib=20
    truncate -s ${esp_mib}M esp
    mkfs.vfat --invariant -i 4C414201 -n LABESP -F 16 -s 8 esp > mkfs.log
    cp "kernel/boot/vmlinuz-$release" vmlinuz
    cp "$boot_loader" BOOTX64.EFI
    printf 'timeout 0\neditor no\nauto-entries no\nauto-firmware no\ndefault probe.conf\n' > loader.conf
    printf 'title Probe OS\nlinux /vmlinuz\ninitrd /initrd\noptions %s\n' "$(tr '\n' ' ' < "$here/cmdline")" > probe.conf
    touch -d @315532800 vmlinuz initrd BOOTX64.EFI loader.conf probe.conf
    mmd -i esp ::/EFI ::/EFI/BOOT ::/loader ::/loader/entries
    mcopy -m -i esp BOOTX64.EFI ::/EFI/BOOT/BOOTX64.EFI
    mcopy -m -i esp vmlinuz initrd ::/
    mcopy -m -i esp loader.conf ::/loader/loader.conf
    mcopy -m -i esp probe.conf ::/loader/entries/probe.conf

    local tools_mib=$(( ($(stat -c %s tools.squashfs) + 1048575) / 1048576 ))
    truncate -s $((1 + esp_mib + tools_mib + 1))M $image
    sfdisk -q $image <<TABLE
label: gpt
label-id: 4C414250-524F-4245-8000-000000000000
start=1MiB, size=${esp_mib}MiB, type=uefi, name=lab-esp, uuid=4C414250-524F-4245-8000-000000000001
start=$((1 + esp_mib))MiB, size=${tools_mib}MiB, type=linux, name=lab-tools, uuid=4C414250-524F-4245-8000-000000000002
TABLE
    dd if=esp of=$image bs=1M seek=1 conv=notrunc,sparse status=none
    dd if=tools.squashfs of=$image bs=1M seek=$((1 + esp_mib)) conv=notrunc status=none
    mv $image "$out"
}

case ${1-} in
    inputs) inputs ;;
    build) build "$2" ;;
    *) echo "usage: build.sh inputs | build OUT" >&2; exit 2 ;;
esac
