namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>
/// A bootable disk of a few MiB made from Debian packages: systemd-boot, the cloud kernel, busybox and a shell on the serial
/// console that says <see cref="Ready"/>.
/// </summary>
public static class GuestImage
{
    public const string Ready = "guest-ready";
    private const string Cache = "/var/cache/lab/hostbmc-tests";
    private const string Version = "4";

    // One build for all test processes of this machine: the lock file is held while building.
    private const string Script = """
        set -eu
        out="$1"; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
        package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/{print $2; exit}')
        apt-get download "$package" >/dev/null 2>&1
        dpkg -x "$package"*.deb k
        mkdir -p r/bin r/proc r/sys r/dev r/mod
        cp /bin/busybox r/bin/busybox
        modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_blk virtio_net button evdev"
        for m in $modules; do find k/lib/modules -name "$m.ko" -exec cp {} r/mod/ \; ; done
        cat > r/init <<EOF
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
        for m in $modules; do [ -f /mod/\$m.ko ] && insmod /mod/\$m.ko; done
        # Nobody types on its keyboard, so any event is the power button's press.
        for event in /dev/input/event*; do ( head -c 1 \$event > /dev/null && poweroff -f ) & done
        stty -echo < /dev/ttyS0
        echo guest-ready
        export PS1=
        while true; do setsid cttyhack sh 2>/dev/null; done
        EOF
        chmod +x r/init
        (cd r; find . | cpio -o -H newc --quiet | gzip -1) > initrd
        truncate -s 48M disk; mformat -i disk -F -v ESP ::
        mmd -i disk ::/EFI ::/EFI/BOOT ::/loader ::/loader/entries
        mcopy -i disk /usr/lib/systemd/boot/efi/systemd-bootx64.efi ::/EFI/BOOT/BOOTX64.EFI
        mcopy -i disk k/boot/vmlinuz-* ::/linux
        mcopy -i disk initrd ::/initrd
        printf 'title test\nlinux /linux\ninitrd /initrd\noptions console=ttyS0 quiet panic=-1\n' > entry
        printf 'timeout 0\n' > loader
        mcopy -i disk entry ::/loader/entries/test.conf; mcopy -i disk loader ::/loader/loader.conf
        mv disk "$out.tmp"; mv "$out.tmp" "$out"
        """;

    /// <returns>A file to be opened read-only.</returns>
    public static async Task<string> GetAsync(CancellationToken token)
    {
        Directory.CreateDirectory(Cache);
        var file = Path.Combine(Cache, $"guest-{Version}.img");
        await RunningProcess.RunAsync(
            ["flock", Path.Combine(Cache, "lock"), "sh", "-c", $"[ -s {file} ] || sh -c \"$0\" sh {file}", Script], token);
        return file;
    }
}
