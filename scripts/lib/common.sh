# Shared by the scripts of this folder; sourced, not run.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${AGNO_MIGRATE_CACHE:-$repository/.cache}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# need_packages PACKAGE...: installs Debian packages that are missing; elsewhere says what is needed.
need_packages() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || die "these are needed and cannot be installed here: ${missing[*]}"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# need_swift: the one thing that the scripts do not install.
need_swift() {
    command -v swift >/dev/null || die "Swift 6.3 or newer is needed (https://www.swift.org/install)"
}

# need_build_tools: what the package links or builds with.
need_build_tools() {
    need_swift
    if [ "$(uname)" = Linux ]; then need_packages libsqlite3-dev libpq-dev libmariadb-dev zlib1g-dev pkg-config; fi
}

# need_python: for the tests that ask the real Python releases.
need_python() {
    if [ "$(uname)" = Linux ] && ! python3 -c 'import ensurepip, venv, sqlite3' 2>/dev/null; then
        need_packages python3 python3-venv
    fi
    python3 -c 'import venv, sqlite3' 2>/dev/null || die "python3 with venv and sqlite3 is needed"
}
