#!/bin/sh
# check.sh COMPILER: what the types forbid does not compile, and what they allow does.
#
# Each file holds blocks between "// CASE name" lines; a block named "allowed ..." must compile, every other
# one must not, and for the reason its "// EXPECT pattern" line names (an extended regular expression for
# grep), so that a misspelt name does not pass for a refusal.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src="$here/../../src"
compiler=${1:-c++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failures=0
checked=0
for file in "$here"/*.cpp; do
  cases=$(grep -n '^// CASE ' "$file" | sed 's/^[0-9]*:\/\/ CASE //')
  [ -n "$cases" ] || { echo "$file: no cases"; failures=$((failures + 1)); continue; }
  number=0
  echo "$cases" >"$work/cases"
  while IFS= read -r name; do
    number=$((number + 1))
    checked=$((checked + 1))
    # The part before the first case belongs to every case.
    awk -v want="$number" '/^\/\/ CASE /{n++; next} n==0 || n==want' "$file" >"$work/case.cpp"
    expect=$(sed -n 's/^\/\/ EXPECT //p' "$work/case.cpp")
    if "$compiler" -std=c++20 -fsyntax-only -I"$src" "$work/case.cpp" >"$work/log" 2>&1; then
      case "$name" in
        allowed*) ;;
        *) echo "$(basename "$file"): \"$name\" compiles and must not"; failures=$((failures + 1)) ;;
      esac
    else
      case "$name" in
        allowed*) echo "$(basename "$file"): \"$name\" must compile:"; head -5 "$work/log"
                  failures=$((failures + 1)) ;;
        *) if [ -z "$expect" ] || ! grep -qE "$expect" "$work/log"; then
             echo "$(basename "$file"): \"$name\" fails for another reason than \"$expect\":"
             head -5 "$work/log"
             failures=$((failures + 1))
           fi ;;
      esac
    fi
  done <"$work/cases"
done
[ "$checked" -gt 0 ] || { echo "nothing was checked"; exit 1; }
echo "$checked cases, $failures failures"
[ "$failures" -eq 0 ]
