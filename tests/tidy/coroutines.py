"""coroutines.py: arguments inside a co_await operand are named objects.

g++ 12.2 destroys a class temporary that is an argument inside a co_await operand twice (a key would be
wiped, a string freed, two times). Clang is right, so no sanitizer run with clang shows it; this check does.
See docs/decisions/0002-compilers.md.
"""

import re

from tree import is_code, without_comments

# What may stand in an argument: a name, a member, a number, a cast of a number, a move of a name.
HARMLESS = re.compile(r"^(?:std::move\s*\(\s*[\w.:>-]+\s*\)|std::ref\s*\(\s*[\w.:>-]+\s*\)|static_cast<[\w:]+>\s*\(\s*[\w.:>-]+\s*\)"
                      r"|[*&]?[\w.:]+(?:->\w+|\.\w+)*|-?\d[\w']*(?:ms|s|us)?|true|false|nullptr|\{\s*\}|)$")


def check(tree):
    problems = []
    for path in sorted(tree):
        if not path.startswith("src/") or not is_code(path):
            continue
        code = without_comments(tree[path])
        for found in re.finditer(r"\bco_await\b", code):
            if code[:found.start()].rstrip().endswith("operator"):
                continue
            operand = operand_at(code, found.end())
            number = code.count("\n", 0, found.start()) + 1
            for argument in arguments(operand):
                if not HARMLESS.match(argument.strip()):
                    problems.append(f"{path}:{number}: `{' '.join(argument.split())}` may be a class temporary inside a "
                                    "co_await operand, which g++ 12 destroys twice; name it on the line before")
            if in_condition(code, found.start()):
                problems.append(f"{path}:{number}: co_await inside a condition; give its result a name on the line before")
    return problems


def operand_at(code, at):
    """The operand's text: up to the `;` or the bracket that closes around it."""
    depth = 0
    for i in range(at, len(code)):
        c = code[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            if depth == 0:
                return code[at:i]
            depth -= 1
        elif c == ";" and depth == 0:
            return code[at:i]
    return code[at:]


def arguments(operand):
    """All arguments of all calls and braced lists in the operand, outermost only for a moved name."""
    found = []
    stack = []
    angle = 0
    for i, c in enumerate(operand):
        if c == "<" and re.search(r"[A-Za-z_]\w*$", operand[:i]):
            angle += 1
        elif c == ">" and angle and operand[i - 1] != "-":
            angle -= 1
        elif angle:
            continue
        elif c in "({":
            stack.append([i + 1])
        elif c == "," and len(stack) == 1:
            stack[-1].append(i + 1)
        elif c in ")}" and stack:
            starts = stack.pop()
            if not stack:
                ends = [s - 1 for s in starts[1:]] + [i]
                found += [operand[s:e] for s, e in zip(starts, ends)]
                if c == "}":
                    found.append(operand[starts[0] - 1:i + 1])
    return [f for f in found if f.strip()]


def in_condition(code, at):
    line = code[code.rfind("\n", 0, at) + 1:at]
    return re.search(r"\b(?:if|while|switch)\s*\([^;]*$", line) is not None


def plant(_):
    path = "src/node/planted.cpp"
    return [
        ({path: "Task f() { co_await send(Message{1}); }\n"}, "name it on the line before"),
        ({path: "Task f() { co_await send(std::string(\"a\")); }\n"}, "name it on the line before"),
        ({path: "Task f() { co_await send(make(x), 1); }\n"}, "`make(x)`"),
        ({path: "Task f() { auto a = co_await ue.inbox.next<A, B>(Filter{x}); }\n"}, "name it on the line before"),
        ({path: "Task f() { co_await Sleep{Duration{1}}; }\n"}, "name it on the line before"),
        ({path: "Task f() { if (co_await next<A>()) return; }\n"}, "inside a condition"),
    ]


def accept(_):
    """Forms that must pass."""
    path = "src/node/planted.cpp"
    return [
        {path: "Task f() { auto a = co_await ue.inbox.next<A, std::variant<B, C>>(); }\n"},
        {path: "Task f() { co_await ask(ue, std::move(message), 6s); }\n"},
        {path: "struct Task { auto operator co_await() { return Awaiter{h_}; } };\n"},
        {path: "Task f() { // co_await send(Message{1});\n co_await ask(ue_.context->id, timeout); }\n"},
    ]
