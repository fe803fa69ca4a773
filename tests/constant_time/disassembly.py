#!/usr/bin/env python3
"""disassembly.py OBJECT... | --self-test CXX: no octet of a secret chooses an address or a way on the paths memcheck cannot run.

valgrind 3.19 knows neither the SHA extensions nor VAES and AVX-512, so nothing watches these paths run. This reads what the
compiler made of them. On them a secret is in vector registers or in memory. From there it could reach an address or a
branch by two ways, and both are followed:

  * out of a vector register (movd, movq, pextr, pmovmskb, kmov) into a general one,
  * as an octet or two out of memory into a general register (movzx, movsx, byte operands), as a table's index is read.

What is in a register so gotten, or computed from one, is marked, along every way through a function. It is an error when a marked register is part of an address, or decides over a jump; and a
gather is always one. Where SQN xor AK, which is sent in the clear, passes through a register it is marked as well: it is
never an address either.

What this does not show: a secret that goes to the stack and comes back as a whole word; and what the
processor does with an instruction whose time depends on its operands. The timing program (bench/timing.cpp) is for that.
"""

import os
import re
import subprocess
import sys
import tempfile

VECTOR = re.compile(r"%[xyz]mm\d+")
MASK = re.compile(r"%k[0-7]")
NAMES = {}
for wide, rest in {"rax": "eax ax al ah", "rbx": "ebx bx bl bh", "rcx": "ecx cx cl ch", "rdx": "edx dx dl dh",
                   "rsi": "esi si sil", "rdi": "edi di dil", "rbp": "ebp bp bpl", "rsp": "esp sp spl"}.items():
    for name in [wide] + rest.split():
        NAMES[name] = wide
for n in range(8, 16):
    for end in ("", "d", "w", "b"):
        NAMES[f"r{n}{end}"] = f"r{n}"

NO_RESULT = re.compile(r"^(cmp|test|bt|ucomi|comi|v?ptest|kortest|ktest|push|nop|prefetch|call|jmp|ret|endbr|leave|vzeroupper|data16|cs|ud2|hlt|xchg)")
SETS_FLAGS = re.compile(r"^(add|sub|and|or|xor|cmp|test|shl|shr|sar|sal|inc|dec|neg|bt|adc|sbb|imul|mul|tzcnt|lzcnt|bzhi|popcnt|rol|ror|v?ptest|kortest|ktest)")
# The rest of a conditional jump's name; a move or a set by condition takes as long either way.
MOVES = re.compile(r"^(v?mov|lea|pop|set|kmov|v?pextr|v?pmovmsk|bzhi|rorx|shlx|shrx|sarx|andn|tzcnt|lzcnt|popcnt)")
JUMP = re.compile(r"^j(?!mp)\w+$")


def general(text):
    """The general registers named in `text`, each by its 64-bit name."""
    return {NAMES[r] for r in re.findall(r"%(\w+)", text) if r in NAMES}


def vectors(text):
    """The vector registers named in `text`, each by its number."""
    return {f"v{n}" for n in re.findall(r"%[xyz]mm(\d+)", text)}


def operands(text):
    out, depth, current = [], 0, ""
    for c in text:
        depth += c == "("
        depth -= c == ")"
        if c == "," and depth == 0:
            out.append(current.strip())
            current = ""
        else:
            current += c
    return out + [current.strip()] if current.strip() else out


def narrow_load(name, parts):
    """An octet or two out of memory into a general register."""
    # What lies at a fixed place is a constant or a switch of the program, no secret.
    if "(" not in parts[0] or "%rip" in parts[0]:
        return False
    if re.match(r"^mov[sz](b|w)", name):
        return True
    last = parts[-1].lstrip("%")
    return last in NAMES and (re.fullmatch(r"\w*l|\w{2}h|sil|dil|bpl|r\d+b", last) is not None and last not in ("",)) and \
        name in ("mov", "movb", "xor", "xorb", "or", "orb", "and", "andb", "add", "addb")


def step(name, text, state):
    """(complaint or None, the state after) of one instruction; a state is what is marked: general registers, vector registers
    (all but those that a pointer was put away into), "mask" for masks, and "flags"."""
    marked = set(state)
    if name.startswith(("nop", "data16", "cs", "endbr", "xchg")):
        return None, marked
    parts = operands(text)
    complaint = None
    if "gather" in name or "scatter" in name:
        complaint = "an address from each element"
    # An address of lea is a sum and touches nothing.
    if not name.startswith("lea"):
        for part in parts:
            inside = re.search(r"\(([^)]*)\)", part)
            if inside and general(inside.group(1)) & marked:
                complaint = "an address from a marked register"
    if JUMP.match(name):
        return ("a jump that marked registers decide" if "flags" in marked else complaint), marked
    if name.startswith("call"):
        return complaint, marked - {"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "flags"}
    if not parts or name.startswith(("jmp", "ret", "vzeroupper", "leave")):
        return complaint, marked
    sources, target = (parts[:-1] or parts), parts[-1]
    # What an address is made of is no value that is read, but for lea.
    read = set()
    for part in sources:
        read |= general(part) if "(" not in part or name.startswith("lea") else set()
    from_vector = any(vectors(p) & marked for p in sources)
    result = bool(read & marked) or narrow_load(name, parts)
    if from_vector and general(target) and "(" not in target:
        result = True
    if VECTOR.search(target) and "(" not in target:
        # Compilers put pointers away into vector registers, out of a register or a place on the stack, and copy them there.
        # Nothing else makes one that holds no secret.
        copied = re.match(r"^v?mov(d|q|dqa|dqa64)$", name) and len(parts) == 2 and not result
        from_register = copied and "(" not in parts[0] and not from_vector
        from_stack = copied and name in ("movq", "vmovq") and re.search(r"\(%r[sb]p\)$", parts[0])
        marked = marked - vectors(target) if from_register or from_stack else marked | vectors(target)
    # A mask that was compared out of a vector holds what was in it; one that came from a general register does not.
    if MASK.search(target) and from_vector and name.startswith(("vpcmp", "vptestm", "vptestn", "vpmov", "vcmp")):
        marked.add("mask")
    if name.startswith(("kmov", "kortest", "ktest")) and any(MASK.search(p) for p in sources) and "mask" in marked:
        result = True
    zeroed = name.startswith(("xor", "sub")) and len(parts) == 2 and parts[0] == parts[1]
    if SETS_FLAGS.match(name):
        of_target = "(" not in target and bool(general(target) & marked)
        of_vector = name.startswith(("ptest", "vptest")) and from_vector
        marked.discard("flags")
        if (result or of_target or of_vector) and not zeroed:
            marked.add("flags")
    if NO_RESULT.match(name) or "(" in target or not general(target):
        return complaint, marked
    written = general(target)
    if zeroed:
        marked -= written
    elif result:
        marked |= written
    elif MOVES.match(name):
        marked -= written
    return complaint, marked


def check(where, lines):
    """Complaints about one function; `lines` are (address, name, operand text), followed along every way through it."""
    index = {address: n for n, (address, _, _) in enumerate(lines)}
    before = {0: frozenset(f"v{n}" for n in range(32))}
    waiting, problems = [0], {}
    while waiting:
        n = waiting.pop()
        address, name, text = lines[n]
        complaint, after = step(name, text, before[n])
        if complaint:
            problems[address] = f"{where}+{address}: {name} {text}: {complaint}"
        ways = [] if name.startswith(("jmp", "ret", "ud2", "hlt")) else [n + 1]
        if name.startswith("j") and text in index:
            ways.append(index[text])
        for way in ways:
            if way < len(lines) and (way not in before or not after <= before[way]):
                before[way] = before.get(way, frozenset()) | after
                waiting.append(way)
    return [problems[a] for a in sorted(problems)]


def functions(path):
    said = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-C", path], capture_output=True, text=True, check=True).stdout
    name, lines = None, []
    for line in said.splitlines():
        head = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if head:
            if name:
                yield name, lines
            name, lines = head.group(1), []
            continue
        found = re.match(r"^\s+([0-9a-f]+):\s+(\S+)\s*(.*)$", line)
        if found and name:
            mnemonic, rest = found.group(2), found.group(3).split("#")[0].split(" <")[0].strip()
            lines.append((found.group(1), mnemonic, rest))
    if name:
        yield name, lines


PLANTED = """
#include <immintrin.h>
#include <cstdint>
extern const std::uint32_t table[256];
__attribute__((target("avx512f,aes"))) std::uint32_t looked_up(__m128i key) {
  return table[static_cast<std::uint8_t>(_mm_cvtsi128_si32(key))];
}
std::uint32_t by_octet(const std::uint8_t* key) {
  std::uint32_t sum = 0;
  for (int i = 0; i < 16; ++i) sum += table[key[i] ^ sum >> 24];
  return sum;
}
__attribute__((target("avx512f"))) __m512i gathered(__m512i index) { return _mm512_i32gather_epi32(index, table, 4); }
__attribute__((target("sse4.1"))) int branched(__m128i key) { return _mm_extract_epi8(key, 3) > 7 ? looked_up(key) : 3; }
__attribute__((target("aes"))) __m128i fine(const __m128i* keys, __m128i v, int n) {
  for (int i = 0; i < n; ++i) v = _mm_aesenc_si128(v, keys[i]);
  return v;
}
"""


def self_test(compiler):
    with tempfile.TemporaryDirectory() as work:
        source, binary = os.path.join(work, "planted.cpp"), os.path.join(work, "planted.o")
        with open(source, "w", encoding="utf-8") as f:
            f.write(PLANTED)
        subprocess.run([compiler, "-std=c++20", "-O2", "-c", source, "-o", binary], check=True)
        found = {name.split("(")[0]: check(name, lines) for name, lines in functions(binary)}
        for name in ("looked_up", "by_octet", "gathered", "branched"):
            assert found[name], f"{name} was not found"
        assert not found["fine"], found["fine"]
    print("the planted ones were found")


def main():
    if sys.argv[1] == "--self-test":
        return self_test(sys.argv[2])
    objects = [o for o in sys.argv[1:] if re.search(r"(_hardware|_wide)\.cpp\.o$", o)]
    problems, count, special = [], 0, set()
    for path in objects:
        for name, lines in functions(path):
            count += 1
            problems += check(f"{os.path.basename(path)}: {name}", lines)
            special |= {kind for _, mnemonic, text in lines
                        for kind, pattern in (("SHA", r"^sha256"), ("AES", r"^v?aesenc"), ("VAES", r"^vaesenc\b.*")) if
                        re.match(pattern, mnemonic) and (kind != "VAES" or "zmm" in text)}
    for problem in sorted(set(problems)):
        print(problem)
    # A check of files that are not there, or of other code, would find nothing.
    if len(objects) < 6 or count < 20 or special != {"SHA", "AES", "VAES"}:
        print(f"only {len(objects)} objects and {count} functions with {sorted(special)}: is this crypto?")
        sys.exit(1)
    print(f"{len(objects)} objects, {count} functions, {len(set(problems))} complaints")
    sys.exit(1 if problems else 0)


main()
