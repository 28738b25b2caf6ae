#!/bin/sh
# Builds a tool of a check into .local/tools with go: `build_tool.sh compose` (Docker Compose, which
# needs no Docker engine to read a file) or `build_tool.sh promtool`. Minutes the first time; nothing
# if the tool is here already.
set -eu
cd "$(dirname "$0")/../.."
tools=$PWD/.local/tools

case ${1:-} in
    compose)
        name=docker-compose here="docker compose" known="docker compose version"
        version=v2.40.3 package=github.com/docker/compose/v2/cmd
        ;;
    promtool)
        name=promtool here="promtool (apt-get install prometheus)" known="promtool --version"
        version=v0.316.0 package=github.com/prometheus/prometheus/cmd/promtool
        ;;
    *)
        echo "usage: $0 compose|promtool" >&2
        exit 2
        ;;
esac

if $known >/dev/null 2>&1 || [ -x "$tools/$name" ]; then
    exit 0
fi
if ! command -v go >/dev/null 2>&1; then
    echo "not run: needs $here, or go to build it (apt-get install golang-go)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools"
cd "$work"
echo "building $name $version (minutes)" >&2
go mod init tool >/dev/null 2>&1
go get "$package@$version" >/dev/null 2>&1
go build -o "$tools/$name.new" "$package"
mv "$tools/$name.new" "$tools/$name"
