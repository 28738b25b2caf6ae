#!/bin/sh
# Builds Docker Compose into .local/tools, for the check that it reads docker-compose.kafka.yml.
# Minutes the first time; nothing if Compose is here already. It needs no Docker engine.
set -eu
cd "$(dirname "$0")/../.."
version=v2.40.3
tool=$PWD/.local/tools/docker-compose

if docker compose version >/dev/null 2>&1 || [ -x "$tool" ]; then
    exit 0
fi
if ! command -v go >/dev/null 2>&1; then
    echo "not run: needs docker compose, or go to build it (apt-get install golang-go)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$tool")"
cd "$work"
echo "building docker compose $version (minutes)" >&2
go mod init compose >/dev/null 2>&1
go get "github.com/docker/compose/v2/cmd@$version" >/dev/null 2>&1
go build -o "$tool.new" github.com/docker/compose/v2/cmd
mv "$tool.new" "$tool"
