#!/bin/sh
# Builds promtool into .local/tools, for the check of alerts and queries. Minutes the first time;
# nothing if promtool is here already.
set -eu
cd "$(dirname "$0")/../.."
version=v0.316.0
tool=$PWD/.local/tools/promtool

if command -v promtool >/dev/null 2>&1 || [ -x "$tool" ]; then
    exit 0
fi
if ! command -v go >/dev/null 2>&1; then
    echo "not run: needs promtool (apt-get install prometheus), or go to build it (apt-get install golang-go)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$tool")"
cd "$work"
echo "building promtool $version (minutes)" >&2
go mod init promtool >/dev/null 2>&1
go get "github.com/prometheus/prometheus/cmd/promtool@$version" >/dev/null 2>&1
go build -o "$tool.new" github.com/prometheus/prometheus/cmd/promtool
mv "$tool.new" "$tool"
