#!/bin/sh
# Runs the checks named as arguments: lint, test, compose, alerts, crash, model, fuzz. Each step has
# a heading; the first that fails ends it. Under CI a step whose tool is missing fails, elsewhere it
# says so and goes on.
set -eu
cd "$(dirname "$0")/../.."
bin=.venv/bin

step() { # heading, tool, arguments…
    printf '\n== %s ==\n' "$1"
    tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "not run: needs $tool"
        [ -z "${CI:-}" ]
        return
    fi
    "$tool" "$@"
}

gate() { # exit code 3: no released commit is here to compare with (a shallow clone); it says so
    code=0
    step "schemas against the last release" "$bin/headrace" schemas check --against auto || code=$?
    [ $code -eq 0 ] || [ $code -eq 3 ]
}

lint() {
    step "ruff check" "$bin/ruff" check .
    step "ruff format" "$bin/ruff" format --check .
    step "mypy" "$bin/mypy"
    step "import boundaries" "$bin/lint-imports"
}

tests() {
    lint
    gate
    # Integration tests wait most of their time; each process has servers of its own.
    step "unit and contract tests" "$bin/pytest" -q -n 2 tests/unit tests/contract tests/model
    step "integration tests" "$bin/pytest" -q -n 2 --dist loadfile tests/integration
    step "short crash tests" "$bin/pytest" -q tests/crash -k short
}

for name in "$@"; do
    case $name in
        lint) lint ;;
        test) tests ;;
        compose)
            deploy/local/build_tool.sh compose
            HEADRACE_NEEDS_COMPOSE=1 step "compose file" "$bin/pytest" -q tests/integration/compose
            ;;
        alerts)
            deploy/local/build_tool.sh promtool
            HEADRACE_NEEDS_PROMTOOL=1 step "alerts" "$bin/pytest" -q tests/unit/metrics/test_alerts.py
            ;;
        crash) step "crash tests" "$bin/pytest" -q tests/crash ;;
        model)
            export HEADRACE_MODEL_HISTORIES="${HEADRACE_MODEL_HISTORIES:-5000}"
            step "random histories" "$bin/pytest" -q tests/model
            ;;
        fuzz) step "fuzz" "$bin/python" -m tests.fuzz --batches "${HEADRACE_FUZZ_BATCHES:-5000}" ;;
        *)
            echo "unknown check: $name (lint, test, compose, alerts, crash, model, fuzz)" >&2
            exit 2
            ;;
    esac
done
