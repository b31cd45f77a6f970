#!/usr/bin/env bash
# The lab's front door: installs what is missing, builds once, and hands over to the `lab` program. See usage below.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
artifacts=$root/artifacts
configuration=Release
lab=$artifacts/bin/Lab.Cli/release/lab.dll
cache=/var/cache/lab

exit_failed=1
exit_usage=2
exit_infrastructure=3

# Debian packages, each with what needs it.
packages=(
    busybox-static          # probe OS: shell and small tools
    ca-certificates         # package feeds over HTTPS
    cpio                    # probe OS: initial RAM disk
    docker.io               # the DPUs' SoCs are containers
    dosfstools              # probe OS: EFI system partition
    ethtool                 # probe OS; checksum offload off on veth links
    fdisk                   # probe OS: partition table
    fio                     # probe OS: disk load
    genisoimage             # config drives in tests and on the SoC
    iperf3                  # probe OS: network load
    ipmitool                # asks BMCs by IPMI, and judges the emulated one
    iproute2                # namespaces, bridges, links
    iputils-ping            # probe OS: round-trip times
    kmod                    # probe OS: module dependencies
    libc6-dev               # probe OS: headers for its own tools
    libvirt-daemon-system   # hosts are libvirt domains
    lz4                     # probe OS: initial RAM disk
    mmdebstrap              # SoC image
    mtools                  # probe OS: files of the EFI system partition
    netsniff-ng             # probe OS: sends arbitrary frames
    nvme-cli                # probe OS
    openvswitch-switch      # ovs-vsctl and ovs-ofctl beside the SoC's
    ovmf                    # UEFI firmware of the hosts
    procps                  # kill, ps
    qemu-system-x86         # hosts
    qemu-utils              # disk images
    runit                   # supervises the emulators
    squashfs-tools          # probe OS: tools partition
    systemd-boot-efi        # probe OS: boot loader
    tcc                     # probe OS: compiles its own tools
    tcpdump                 # captures; probe OS
    util-linux              # nsenter, unshare, setsid, flock
)

# Foreign clients that judge our servers, and what else only tests need.
test_packages=(
    chromium                # draws reports
    freeipmi-tools          # judges the BMC's IPMI and its serial over LAN
    libnbd-bin              # nbdinfo, nbdcopy: judge the NBD front
    nbdkit                  # a foreign NBD server
    nftables                # guards of representors in tests of agent and DPU
    openssl                 # judges certificates
    postgresql              # the run store that a team shares
    prometheus              # promtool judges metrics for Prometheus
    python3-ironic          # drives the BMC as a cloud's conductor does
    python3-ironicclient    # judges the bare metal API
    python3-jsonschema      # judges run records and Redfish resources
    python3-openstackclient # judges the manager's API
    python3-prometheus-client # judges OpenMetrics
    python3-sushy           # judges the BMC's Redfish
    qemu-block-extra        # QEMU's NBD and other block drivers
    redfishtool             # judges the BMC's Redfish
    ruby                    # judges the Vagrantfile's syntax
    tshark                  # judges the BMC's IPMI packets
)

usage() {
    cat <<'TEXT'
Usage: ./lab.sh COMMAND [ARGUMENTS]

  doctor | up | status | down | run | nightly | report | compare | ab | bisect | calibrate | gate | trend
  qualify | import | runs | serve | export | selftest | emulate | console | logs
  clean
                    the lab's commands; ./lab.sh COMMAND --help describes each
  build             installs missing Debian packages and builds, and does no more
  test [--coverage] [NAME...]
                    runs every test, or those of the projects whose name holds one of the NAMEs;
                    the last line is "N passed, N failed, N skipped"; --coverage writes artifacts/coverage/index.html

Asks for root by sudo when it is not. Installs missing packages by apt-get and builds when a source file changed;
says nothing when there is nothing to do. LAB_DOTNET names the dotnet program when it is in no usual place.

Exit codes: 0 done, 1 a test or a scenario failed, 2 wrong usage, 3 the machine lacks something.
TEXT
}

say() {
    echo "lab.sh: $*" >&2
}

fail() {
    local code=$1
    shift
    say "$*"
    exit "$code"
}

need_root() {
    [[ $EUID -eq 0 ]] && return
    command -v sudo > /dev/null || fail $exit_infrastructure "needs root, and there is no sudo: run it as root"
    say "needs root, asking sudo"
    LAB_DOTNET=${LAB_DOTNET:-$(find_dotnet || true)}
    export LAB_DOTNET
    exec sudo --preserve-env=LAB_DOTNET,DOCKER_HOST,HTTP_PROXY,HTTPS_PROXY,NO_PROXY,http_proxy,https_proxy,no_proxy -- \
        "$root/lab.sh" "$@"
}

# Prints the path of a dotnet that has an SDK of version 10.
find_dotnet() {
    local candidate home
    home=$(getent passwd "${SUDO_USER:-$(id -un)}" | cut -d: -f6)
    for candidate in "${LAB_DOTNET-}" "${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "$(command -v dotnet || true)" \
        /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet "$home/.dotnet/dotnet"; do
        if [[ -n $candidate && -x $candidate ]] && "$candidate" --list-sdks 2> /dev/null | grep -q '^10\.'; then
            readlink -f "$candidate"
            return
        fi
    done
    return 1
}

missing_packages() {
    local package
    declare -A installed=()
    while read -r package; do installed[$package]=1; done < <(
        dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null | sed -n 's/^installed //p')
    for package in "$@"; do [[ -n ${installed[$package]-} ]] || echo "$package"; done
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# Daemons of the packages are not started: the lab starts private ones, and the machine's own stay as they were.
install_packages() {
    local missing log policy=/usr/sbin/policy-rc.d own_policy=
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    command -v apt-get > /dev/null || { say "this is no Debian system; install: ${missing[*]}"; return 1; }
    say "installing ${missing[*]}"
    log=$(mktemp)
    if [[ ! -e $policy ]]; then
        own_policy=1
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod 755 $policy
    fi
    local result=0
    apt_install "${missing[@]}" > "$log" 2>&1 || {
        apt-get update -q >> "$log" 2>&1 && apt_install "${missing[@]}" >> "$log" 2>&1
    } || result=1
    [[ -z $own_policy ]] || rm -f $policy
    if [[ $result -ne 0 ]]; then
        tail -n 20 "$log" >&2
        say "apt-get could not install ${missing[*]}"
    fi
    rm -f "$log"
    return $result
}

# The images are made from packages that apt knows: its lists must be there, and fresh when an image is still to be made.
refresh_package_lists() {
    compgen -G "$cache/images/probe-*.raw" > /dev/null && compgen -G "$cache/images/soc-*.tar" > /dev/null && return
    command -v apt-get > /dev/null || return 0
    local newest
    newest=$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -1440 -print -quit 2> /dev/null)
    [[ -n $newest ]] && return
    say "fetching package lists"
    apt-get update -qq || say "apt-get update failed; going on with the lists that are there"
}

# Whatever the build reads: paths, sizes and times of the sources (documents are none), and the SDK.
sources_stamp() {
    {
        ls -d "${dotnet%/*}"/sdk/*
        find "$root" \( -path "$artifacts" -o -path "$root/runs" -o -name .git -o -name node_modules -o -name bin -o -name obj \) -prune \
            -o -type f ! -name '*.md' -printf '%P %s %T@\n' | sort
    } | sha256sum
}

build() {
    local stamp log=$artifacts/build.log
    stamp=$(sources_stamp)
    [[ -f $lab && -f $artifacts/lab.stamp && $stamp == "$(cat "$artifacts/lab.stamp")" ]] && return
    say "building"
    mkdir -p "$artifacts"
    rm -f "$artifacts/lab.stamp"
    # Descriptor 9 is the lock: the compiler server that stays behind must not hold it.
    if ! (cd "$root" && DOTNET_CLI_UI_LANGUAGE=en "$dotnet" build Lab.sln -c $configuration -v quiet -nologo -nodeReuse:false) > "$log" 2>&1 9>&-; then
        tail -n 40 "$log" >&2
        fail $exit_infrastructure "the build failed; see $log"
    fi
    # A file changed during the build is built the next time.
    echo "$stamp" > "$artifacts/lab.stamp"
}

# Installs and builds, one process at a time. $1: "lenient" goes on without packages, so that `doctor` can say what is missing.
prepare() {
    local mode=$1
    shift
    mkdir -p "$artifacts"
    exec 9> "$artifacts/lab.lock"
    flock --nonblock 9 || {
        say "waiting for another lab.sh"
        flock 9
    }
    install_packages "$@" || [[ $mode == lenient ]] || fail $exit_infrastructure "packages are missing; ./lab.sh doctor tells more"
    refresh_package_lists
    dotnet=$(find_dotnet) || fail $exit_infrastructure "found no .NET SDK 10; install it, or name its dotnet by LAB_DOTNET"
    export DOTNET_ROOT=${dotnet%/*} DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    build
    exec 9>&-
    [[ -e /dev/net/tun ]] || modprobe tun 2> /dev/null || say "no /dev/net/tun: this kernel has no tun device"
    mkdir -p "$cache"
    mkdir -p /run/lab && chmod 700 /run/lab
}

# Runs one test project, adds to the sums, prints one line, and what went wrong if something did.
run_tests() {
    local project=$1 name log code=0 total failed passed skipped
    shift
    name=$(basename "$project" .csproj)
    log=$artifacts/test-logs/$name.log
    local started=$SECONDS
    (cd "$root" && DOTNET_CLI_UI_LANGUAGE=en timeout --foreground --kill-after=30 1200 \
        "$dotnet" test --project "$project" -c $configuration --no-build --no-ansi --no-progress "$@" "${coverage_options[@]}") > "$log" 2>&1 < /dev/null || code=$?
    total=$(count total "$log")
    failed=$(count failed "$log")
    passed=$(count succeeded "$log")
    skipped=$(count skipped "$log")
    # 8: no test in the project. Anything else without a failed test is a test process that broke down.
    if [[ $code -eq 8 && $total -eq 0 ]]; then
        printf '%-32s no tests\n' "$name"
        return
    fi
    [[ $code -eq 0 || $failed -gt 0 ]] || failed=1
    printf '%-32s %d passed, %d failed, %d skipped (%d s)\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - started))
    [[ $failed -eq 0 ]] || sed 's/^/    /' "$log" | tail -n 200
    sum_passed=$((sum_passed + passed))
    sum_failed=$((sum_failed + failed))
    sum_skipped=$((sum_skipped + skipped))
}

# count WORD LOG: the last "  WORD: N" of a test run's summary, 0 when there is none.
count() {
    sed -n "s/^ *$1: *\([0-9][0-9]*\) *$/\1/p" "$2" | tail -n 1 | grep . || echo 0
}

# True when a project is asked for: with no names given, every one is.
wanted() {
    local project=$1 name
    shift
    [[ $# -gt 0 ]] || return 0
    for name in "$@"; do [[ $(basename "$project") != *"$name"* ]] || return 0; done
    return 1
}

# True when some project's name holds NAME.
known() {
    find "$root" -path "$artifacts" -prune -o \( -name '*.Tests.csproj' -o -name Lab.Scenarios.csproj \) -printf '%f\n' | grep -qF -- "$1"
}

# Puts the projects' coverage together as pages and a few lines of text.
report_coverage() {
    local coverage=$artifacts/coverage
    (cd "$root" && "$dotnet" tool restore && "$dotnet" tool run reportgenerator "-reports:$coverage/raw/*.xml" "-targetdir:$coverage" \
        "-reporttypes:Html;TextSummary;Cobertura" "-sourcedirs:$root") > "$artifacts/test-logs/coverage.log" 2>&1 || {
        tail -n 20 "$artifacts/test-logs/coverage.log" >&2
        say "the coverage report could not be made"
        return
    }
    grep -E '^ +(Line|Branch|Method) coverage:' "$coverage/Summary.txt"
    echo "coverage: $coverage/index.html"
}

run_all_tests() {
    local project name
    coverage_options=()
    if [[ ${1-} == --coverage ]]; then
        shift
        rm -rf "$artifacts/coverage"
        coverage_options=(--coverlet --coverlet-output-format cobertura --coverlet-include '[Lab.*]*' --results-directory "$artifacts/coverage/raw")
    fi
    [[ ${1-} != -* ]] || fail $exit_usage "test knows no option $1"
    for name in "$@"; do known "$name" || fail $exit_usage "no test project's name holds '$name'"; done
    sum_passed=0 sum_failed=0 sum_skipped=0
    rm -rf "$artifacts/test-logs"
    mkdir -p "$artifacts/test-logs"
    while read -r project; do
        if wanted "$project" "$@"; then run_tests "$project"; fi
    done < <(find "$root" -path "$artifacts" -prune -o -name '*.Tests.csproj' -print | sort)
    if [[ ${#coverage_options[@]} -gt 0 ]]; then
        report_coverage
        coverage_options=()
    fi
    # The scenarios raise a testbed; the smoke suite takes minutes, all of them belong to `lab nightly`. Their coverage is no unit test's.
    project=$root/scenarios/Scenarios/Lab.Scenarios.csproj
    if wanted "$project" "$@"; then run_tests "$project" --filter-trait suite=smoke; fi
    echo "$sum_passed passed, $sum_failed failed, $sum_skipped skipped"
    [[ $sum_failed -eq 0 && $sum_passed -gt 0 ]] || exit $exit_failed
}

case ${1-} in
    -h | --help | help)
        usage
        ;;
    "")
        usage >&2
        exit $exit_usage
        ;;
    build)
        [[ $# -eq 1 ]] || fail $exit_usage "build takes no arguments"
        need_root "$@"
        prepare strict "${packages[@]}"
        ;;
    test)
        [[ ${2-} != -h && ${2-} != --help ]] || { usage; exit 0; }
        need_root "$@"
        prepare strict "${packages[@]}" "${test_packages[@]}"
        shift
        run_all_tests "$@"
        ;;
    doctor)
        need_root "$@"
        prepare lenient "${packages[@]}"
        exec "$dotnet" "$lab" "$@"
        ;;
    *)
        need_root "$@"
        prepare strict "${packages[@]}"
        exec "$dotnet" "$lab" "$@"
        ;;
esac
