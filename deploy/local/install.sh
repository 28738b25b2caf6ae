#!/bin/sh
# Checks what the machine must have, then installs everything else into .venv and .local.
set -eu
cd "$(dirname "$0")/../.."

missing() {
    echo "$1 is missing; install it, for example: $2" >&2
    failed=1
}

failed=0
python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    missing "Python 3.11 or newer" "apt-get install python3.11 python3.11-venv"
elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    missing "Python's venv module" "apt-get install python3-venv"
fi
if ! command -v java >/dev/null 2>&1; then
    missing "Java 17 or newer" "apt-get install openjdk-17-jre-headless"
elif [ "$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)" -lt 17 ]; then
    missing "Java 17 or newer (this one is older)" "apt-get install openjdk-17-jre-headless"
fi
command -v mvn >/dev/null 2>&1 || missing "Maven" "apt-get install maven"
[ "$failed" = 0 ] || exit 1

"$python" -I deploy/local/bootstrap.py
exec .venv/bin/python -m deploy.local.servers
