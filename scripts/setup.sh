#!/usr/bin/env bash
# Prepares a Debian 12 machine to build glassforge: Debian's packages, then Kokkos (see below). Run it as often as you
# like: what is there is left alone.
#
#   scripts/setup.sh              packages and Kokkos
#   scripts/setup.sh --no-apt     Kokkos only (a cluster where the packages come as modules)
#   scripts/setup.sh --no-test    without the packages that only tests and linting need
#
# Kokkos: where CMake finds a Kokkos 4 or 5 with OpenMP (a module, Kokkos_ROOT, CMAKE_PREFIX_PATH) that one is used.
# Otherwise Kokkos 3.4.01 is built from Debian's own source package trilinos into .deps/kokkos (about a minute).
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/glassforge
prefix=$repo/.deps/kokkos
jobs=${GLASSFORGE_JOBS:-$(env -u OMP_NUM_THREADS nproc)}  # nproc counts threads of OpenMP where that is set

build_packages=(
  build-essential cmake ninja-build ccache git pkg-config
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev hdf5-tools
  libeigen3-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev libtomlplusplus-dev nlohmann-json3-dev
  libspdlog-dev libfmt-dev librandom123-dev voro++-dev zlib1g-dev libssl-dev
  python3 python3-h5py python3-matplotlib python3-numpy python3-pytest
)
test_packages=(
  python3-mdanalysis clang-format clang-tidy universal-ctags
  slurm-wlm slurm-wlm-basic-plugins munge  # tests/slurm starts a cluster of one node
)

trilinos_version=13.2.0-4
trilinos_tarball=trilinos_13.2.0.orig.tar.gz
trilinos_sha256=0ddb47784ba7b8a6b9a07a4822b33be508feb4ccd54301b2a5d10c9e54524b90
kokkos_version=3.4.01
kokkos_flags="-O3 -march=native -ffp-contract=off"

scratch=()
trap 'rm -rf "${scratch[@]}"' EXIT

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# ---- Debian's packages ----------------------------------------------------------------------------------------------

missing_of() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_install() {
  local log
  log=$(mktemp)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
    "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }

install_packages() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    fail "this is not a Debian system. Install the equivalents of: ${build_packages[*]}; then run: scripts/setup.sh --no-apt"
  local missing optional
  mapfile -t missing < <(missing_of "${build_packages[@]}")
  mapfile -t optional < <([ "$with_test" = yes ] && missing_of "${test_packages[@]}" || true)
  if [ ${#missing[@]} -eq 0 ] && [ ${#optional[@]} -eq 0 ]; then
    say "Debian packages: all there"
    return
  fi
  if ! can_be_root; then
    [ ${#missing[@]} -eq 0 ] && { say "not there, and only tests and linting want them: ${optional[*]}"; return; }
    fail "these packages are missing and need root or sudo to install: ${missing[*]}"
  fi
  say "installing: ${missing[*]} ${optional[*]}"
  apt_install update || fail "apt-get update failed (above)"
  if [ ${#missing[@]} -gt 0 ]; then
    apt_install install --no-install-recommends "${missing[@]}" || fail "apt-get could not install: ${missing[*]}"
  fi
  if [ ${#optional[@]} -gt 0 ]; then
    apt_install install --no-install-recommends "${optional[@]}" ||
      say "warning: could not install ${optional[*]}; the tests that want them skip and say so"
  fi
}

# ---- Kokkos ---------------------------------------------------------------------------------------------------------

# The instructions that -march=native means here: a prefix shared between unlike machines is rebuilt.
native_target() {
  "${CXX:-c++}" -march=native -dM -E -x c++ - </dev/null | grep -E '^#define __(AVX|FMA|SSE|BMI|ARM|aarch|x86_64)' |
    sort | sha256sum | cut -c1-16
}

stamp_wanted() {
  printf '%s\n' "kokkos $kokkos_version, Serial OpenMP, C++20" "flags $kokkos_flags" \
    "compiler $("${CXX:-c++}" --version | head -n 1)" "target $(native_target)"
}

# True where CMake finds a Kokkos 4 or 5 with OpenMP outside .deps: the same module as the build uses decides.
have_newer_kokkos() {
  local probe
  probe=$(mktemp -d)
  scratch+=("$probe")
  cat >"$probe/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.22)
project(probe CXX)
set(GLASSFORGE_KOKKOS_PREFIX "")
include("$repo/cmake/Kokkos.cmake")
END
  local found=1
  cmake -S "$probe" -B "$probe/build" >"$probe/log" 2>&1 && found=0
  if [ $found = 0 ]; then say "$(grep -o 'Kokkos [0-9.]* at .*' "$probe/log" | head -n 1): nothing to build"; fi
  return $found
}

# Where this machine's own apt takes bookworm from; apt itself reads the .list and the .sources files.
archive_uris() {
  apt-get indextargets --format '$(CREATED_BY)|$(RELEASE)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)' 2>/dev/null |
    awk -F'|' '$1 == "Packages" && $4 == "main" && ($2 == "bookworm" || ($3 == "bookworm" && $2 ~ /^(old)*stable$/)) {
                 sub(/dists\/.*/, "", $5); print $5 }' | sort -u
}

checksum_ok() { [ -f "$1" ] && printf '%s  %s\n' "$trilinos_sha256" "$1" | sha256sum --check --status; }

# Fetches the source tarball into the cache with a private apt configuration: /etc/apt stays as it is.
fetch_tarball() {
  local tarball=$cache/$trilinos_tarball work uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  if checksum_ok "$tarball"; then return; fi
  mapfile -t uris < <(archive_uris)
  [ ${#uris[@]} -gt 0 ] || fail "no Debian 12 (bookworm) archive among this machine's apt sources, so Kokkos cannot be
taken from it. Install Kokkos 4 or 5 with OpenMP, set Kokkos_ROOT to its prefix and run this again."
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  scratch+=("$work")
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  [ -r "$keyring" ] && signed="[signed-by=$keyring] "
  for uri in "${uris[@]}"; do echo "deb-src ${signed}$uri bookworm main"; done >"$work/sources.list"
  local apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" -o Dir::Etc::sourcelist="$work/sources.list"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")
  say "downloading Debian's source of trilinos (166 MB, kept in $cache)"
  if ! (cd "$work" && "${apt[@]}" update && "${apt[@]}" source --download-only --tar-only \
    "trilinos=$trilinos_version") >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    fail "could not download the source package trilinos=$trilinos_version (above)"
  fi
  checksum_ok "$work/$trilinos_tarball" || fail "$trilinos_tarball does not have the expected sha256 $trilinos_sha256"
  mv "$work/$trilinos_tarball" "$tarball"
}

build_kokkos() {
  local work source
  fetch_tarball
  work=$(mktemp -d "$repo/.deps/build.XXXXXX")
  scratch+=("$work")
  say "building Kokkos $kokkos_version into .deps/kokkos"
  tar -xzf "$cache/$trilinos_tarball" -C "$work" --wildcards '*/packages/kokkos/*'
  source=$(echo "$work"/*/packages/kokkos)
  rm -rf "$prefix"
  if ! { cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_CXX_COMPILER="${CXX:-c++}" -DCMAKE_CXX_STANDARD=20 -DKokkos_CXX_STANDARD=20 \
    -DCMAKE_CXX_FLAGS="$kokkos_flags" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_OPENMP=ON -DKokkos_ENABLE_TESTS=OFF &&
    cmake --build "$work/build" -j "$jobs" && cmake --install "$work/build"; } >"$work/log" 2>&1; then
    tail -n 30 "$work/log" >&2
    fail "Kokkos did not build (above)"
  fi
  stamp_wanted >"$prefix/glassforge-stamp"
}

prepare_kokkos() {
  mkdir -p "$repo/.deps"
  exec 9>"$repo/.deps/lock"
  flock 9
  if have_newer_kokkos; then return; fi
  if [ -f "$prefix/glassforge-stamp" ] && [ "$(cat "$prefix/glassforge-stamp")" = "$(stamp_wanted)" ]; then
    say "Kokkos $kokkos_version: already in .deps/kokkos"
    return
  fi
  build_kokkos
}

with_apt=yes with_test=yes
for argument in "$@"; do
  case $argument in
    --no-apt) with_apt=no ;;
    --no-test) with_test=no ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown argument $argument (--no-apt, --no-test, --help)" ;;
  esac
done

[ "$with_apt" = no ] || install_packages
prepare_kokkos
say "ready: cmake --preset release && cmake --build --preset release"
