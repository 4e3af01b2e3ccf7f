#!/bin/sh
# Makes the virtual environment: sh infra/setup.sh FOLDER
# Needs python3 (3.11 or newer) and the network. A fresh Debian or Ubuntu has neither pip nor ensurepip:
# then the system's package is installed (root or sudo), or pip is taken out of it without installing (anybody).
set -eu

venv=$1
lock=requirements-dev.txt
newest_tried="3.14 3.13 3.12 3.11"

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in "${PYTHON:-}" python3 $(for each in $newest_tried; do echo "python$each"; done); do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no python3")
    stop "The portal needs Python 3.11 or newer, and here is $found. Install one, or name it: make run PYTHON=/path/to/python3"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# The package with ensurepip for this very interpreter: python3-venv, or python3.12-venv for another than the system's.
venv_package() {
    case $1 in
        */python3) echo python3-venv ;;
        *) echo "$(basename "$1")-venv" ;;
    esac
}

install_package() {
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1 && return
    as_root apt-get update -qq >/dev/null 2>&1 || return 1
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
}

# For somebody who may not install anything: pip from the wheel inside the system's package, unpacked, not installed.
bootstrap_pip() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    own_lists="-o Dir::State=$work/state -o Dir::Cache=$work/cache -o Debug::NoLocking=1"
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/files"
    cp /var/lib/dpkg/status "$work/state/status" 2>/dev/null || : >"$work/state/status"
    (
        cd "$work/files"
        # shellcheck disable=SC2086 # several words are meant
        apt-get download -qq python3-pip-whl python3-setuptools-whl >/dev/null 2>&1 ||
            { apt-get $own_lists -o Dir::State::status="$work/state/status" update -qq >/dev/null 2>&1 &&
              apt-get $own_lists -o Dir::State::status="$work/state/status" download -qq \
                  python3-pip-whl python3-setuptools-whl >/dev/null 2>&1; }
    ) || return 1
    for package in "$work"/files/*.deb; do dpkg-deb -x "$package" "$work/unpacked" || return 1; done
    wheel=$(find "$work/unpacked" -name 'pip-*.whl' | head -n 1)
    [ -n "$wheel" ] || return 1
    rm -rf "$venv"
    "$1" -m venv --without-pip "$venv" || return 1
    "$venv/bin/python" "$wheel/pip" install --quiet --no-index "$wheel"
}

make_venv() {
    rm -rf "$venv"
    "$1" -m venv "$venv" >/dev/null 2>&1 && return
    package=$(venv_package "$1")
    if may_install; then
        say "Installing the system's package $package ..."
        rm -rf "$venv"
        install_package "$package" && "$1" -m venv "$venv" && return
    fi
    say "This Python cannot make virtual environments; taking pip out of the system's package ..."
    bootstrap_pip "$1" && return
    rm -rf "$venv"
    stop "Python's venv module is not complete here. Install the package that completes it, then repeat: sudo apt-get install $package"
}

wanted=$(cksum <"$lock")
# The environment is whole and as the lock says: only the time of the marker is behind.
if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/ready" 2>/dev/null)" = "$wanted" ] && new_enough "$venv/bin/python"; then
    touch "$venv/ready"
    exit 0
fi

python=$(find_python) || exit 1
if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 || ! new_enough "$venv/bin/python"; then
    say "Making the environment in $venv with $python ..."
    make_venv "$python"
fi
rm -f "$venv/ready"
say "Installing the pinned packages (some minutes the first time) ..."
PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$lock" ||
    stop "The packages could not be installed; what pip said stands above. Repeat the command when that is mended."
printf '%s\n' "$wanted" >"$venv/ready"
