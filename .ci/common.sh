# shellcheck shell=bash
# What the scripts of .ci and tests share; sourced from the top of the repository, with `script`
# set to the name that their messages begin with.

say() { printf '%s: %s\n' "${script:?}" "$*"; }
fail() { printf '%s: error: %s\n' "${script:?}" "$*" >&2; exit 1; }

# As root directly, otherwise through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "this needs root or sudo: $*"
    fi
}

# Packages that have to be installed, by Debian's names.
wanted=()
# want PROGRAM PACKAGE
want() { command -v "$1" >/dev/null || wanted+=("$2"); }
# want_file PROGRAM PACKAGE, where another program of that name may be first on the PATH
want_file() { [ -x "$1" ] || wanted+=("$2"); }

# Installs what is wanted. Options go to `apt-get install`.
install_wanted() {
    [ ${#wanted[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "not installed: ${wanted[*]} (Debian's names); there is no apt-get to install them with"
    say "installing ${wanted[*]}"
    local log
    log=$(mktemp)
    if ! { as_root apt-get update &&
           as_root env DEBIAN_FRONTEND=noninteractive \
               apt-get install --yes --no-install-recommends "$@" "${wanted[@]}"; } \
            >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install ${wanted[*]}; its last words stand above"
    fi
    rm -f "$log"
    wanted=()
}

# Has cargo run the programs that it builds as root.
run_as_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    local host
    host=$(rustc -vV | sed -n 's/^host: //p')
    host=${host^^}
    export "CARGO_TARGET_${host//-/_}_RUNNER=sudo --preserve-env --preserve-env=PATH"
}

# test_suite NAME FEATURE ARGUMENT...: builds and runs a suite of tests that is behind a feature.
test_suite() {
    local suite=$1 feature=$2
    shift 2
    say "building"
    cargo test --features "$feature" --test "$suite" --no-run
    say "running the tests"
    cargo test --features "$feature" --test "$suite" -- "$@"
}
