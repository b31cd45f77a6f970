#!/usr/bin/env bash
# Renews the chart library in Reports/Assets from npm: ./renew-echarts.sh VERSION. It is kept here, so that a build needs no npm and a report no network.
set -euo pipefail

version=${1:?usage: $0 VERSION, for example 6.1.0}
assets=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)/Reports/Assets
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm pack "echarts@$version" --pack-destination "$work" --silent
tar -xzf "$work/echarts-$version.tgz" -C "$work"
cp "$work/package/dist/echarts.common.min.js" "$assets/echarts.common.min.js"
cp "$work/package/LICENSE" "$assets/echarts.LICENSE"
cp "$work/package/NOTICE" "$assets/echarts.NOTICE"
cp "$work/package/licenses/LICENSE-d3" "$assets/echarts.LICENSE-d3"
