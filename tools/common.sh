# common.sh: read by ./run, ./test and .ci/run; not a program.
export CCACHE_SLOPPINESS="pch_defines,time_macros,include_file_mtime,include_file_ctime"
export CCACHE_NOHASHDIR=1

# build PRESET [TARGET...] configures and builds one preset. What the tools say is shown only when
# they fail or when it is a progress line for a person.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  local targets=()
  (($#)) && targets=(--target "$@")
  if [[ -t 2 ]]; then
    cmake --build --preset "$preset" "${targets[@]}" >&2 || { rm -f "$log"; return 1; }
  elif ! cmake --build --preset "$preset" "${targets[@]}" >"$log" 2>&1; then
    grep -v '^\[[0-9]*/[0-9]*\] \(Building\|Linking\|Generating\)' "$log" >&2 || true
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
