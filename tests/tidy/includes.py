"""includes.py: src/layers.txt holds for every #include and for the targets of src/CMakeLists.txt."""

import re

from tree import BELOW_THE_LINE, is_code, layer_of, lines

QUOTED = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>")

# Libraries that only some sources may name, and never a header.
LIBRARIES = {
    "nlohmann/": ({"runtime", "app"}, "build the JSON in a runtime or app source"),
    "spdlog/": ({"runtime", "app"}, "return a Log action or use runtime/log.h"),
    "fmt/": ({"runtime", "app"}, "use std::string; formatting for people belongs to runtime and app"),
    "CLI/": ({"app"}, "options belong to app/cli"),
    "yaml-cpp/": ({"runtime"}, "read the file with runtime/config.h"),
    "microhttpd": ({"runtime"}, "use runtime/http_server.h"),
    "asio": ({"runtime", "transport"}, "ask for it with an Action"),
    "usrsctp": ({"transport"}, "use transport/sctp.h"),
    "sqlite3": ({"store"}, "use store/store.h"),
    "libpq": ({"store"}, "use store/store.h"),
    "openssl/": ({"asymmetric", "transport", "vault"}, "use src/crypto, src/asymmetric or src/vault"),
    "p11-kit/": ({"vault"}, "use vault/wrapper.h"),
}

# Headers of the standard library and the system that bring a socket, clock, file or thread.
WORLD = re.compile(r"^(iostream|fstream|filesystem|thread|mutex|shared_mutex|condition_variable|future|random|ctime|time\.h"
                   r"|unistd\.h|fcntl\.h|poll\.h|signal\.h|csignal|sys/.*|net/.*|netinet/.*|arpa/.*|pthread\.h)$")
# Headers that cost every includer seconds.
HEAVY = {"iostream", "regex", "fstream"}


def read_layers(tree):
    table = {}
    for _, line in lines(tree["src/layers.txt"]):
        line = line.split("#")[0].strip()
        if line:
            name, _, allowed = line.partition(":")
            table[name.strip()] = set(allowed.split())
    return table


def check(tree):
    layers = read_layers(tree)
    problems = check_targets(tree, layers)
    for path in sorted(tree):
        layer = layer_of(path)
        if layer is None or not is_code(path):
            continue
        if layer not in layers:
            problems.append(f"{path}:1: layer {layer} is not in src/layers.txt; add it there and in src/CMakeLists.txt")
            continue
        for number, line in lines(tree[path]):
            if quoted := QUOTED.match(line):
                problems += check_own(tree, layers, path, number, layer, quoted.group(1))
            elif angled := ANGLED.match(line):
                problems += check_library(tree, path, number, layer, angled.group(1))
    return problems


def check_own(tree, layers, path, number, layer, target):
    here = f"{path}:{number}: "
    if f"src/{target}" not in tree:
        return [here + f'"{target}" is not a path below src; write includes as "layer/file.h"']
    other = target.split("/")[0]
    if other != layer and other not in layers[layer]:
        may = ", ".join(sorted(layers[layer])) or "nothing"
        return [here + f"{layer} may not include {other} (src/layers.txt allows {may}); " + advice(other)]
    return []


def advice(other):
    if other in ("transport", "store", "runtime"):
        return "return an Action instead"
    return "move what is needed down to a layer both may include"


def only_inside(tree, path, layer):
    """Whether a header is included by sources of its own layer and by nobody else."""
    name = path.removeprefix("src/")
    includers = [p for p, text in tree.items() if is_code(p) and f'#include "{name}"' in text]
    return all(layer_of(p) == layer and p.endswith(".cpp") for p in includers)


def check_library(tree, path, number, layer, header):
    here = f"{path}:{number}: "
    for prefix, (allowed, instead) in LIBRARIES.items():
        if header.startswith(prefix):
            if layer not in allowed:
                return [here + f"{layer} may not include <{header}>; {instead}"]
            forward = header.endswith("_fwd.hpp")  # declarations alone: what they cost others is nothing
            if path.endswith(".h") and not forward and not only_inside(tree, path, layer):
                return [here + f"<{header}> in a header that others include; include it in the .cpp"]
    if layer in BELOW_THE_LINE and WORLD.match(header):
        return [here + f"<{header}> below the line; take what it gives as a parameter or return an Action"]
    if path.endswith(".h") and header in HEAVY:
        return [here + f"<{header}> in a header; use <iosfwd>, or do it in the .cpp"]
    return []


def check_targets(tree, layers):
    """src/CMakeLists.txt links exactly the layers that layers.txt allows."""
    path = "src/CMakeLists.txt"
    problems, seen = [], {}
    text = re.sub(r"#[^\n]*", lambda m: " " * len(m.group(0)), tree[path])
    for call in re.finditer(r"baton_layer\(\s*(\w+)([^)]*)\)", text):
        number = text.count("\n", 0, call.start()) + 1
        words = call.group(2).split()
        depends = []
        if "DEPENDS" in words:
            for word in words[words.index("DEPENDS") + 1:]:
                if word.isupper():
                    break
                depends.append(word)
        seen[call.group(1)] = (number, set(depends))
    for name, (number, depends) in seen.items():
        if name not in layers:
            problems.append(f"{path}:{number}: layer {name} is not in src/layers.txt; add it")
        elif depends != layers[name]:
            odd = ", ".join(sorted(depends ^ layers[name]))
            problems.append(f"{path}:{number}: baton_layer({name}) and src/layers.txt disagree about {odd}; make them equal")
    for name in layers:
        if name not in seen:
            problems.append(f"{path}:1: no baton_layer({name}); src/layers.txt has it")
    return problems


def plant(tree):
    """Violations that check must object to: (changed texts, a word of the complaint)."""
    target = tree["src/CMakeLists.txt"]
    return [
        ({"src/node/planted.cpp": '#include "transport/udp.h"\n', "src/transport/udp.h": "// udp.h: planted\n"},
         "src/node/planted.cpp:1: node may not include transport"),
        ({"src/base/planted.h": '\n#include "ids/plmn_id.h"\n'}, "src/base/planted.h:2: base may not include ids"),
        ({"src/wire/planted.cpp": '#include "../base/bytes.h"\n'}, "write includes as"),
        ({"src/wire/planted.cpp": "#include <nlohmann/json.hpp>\n"}, "wire may not include <nlohmann/json.hpp>"),
        ({"src/runtime/planted.h": "#include <spdlog/spdlog.h>\n", "src/app/planted.cpp": '#include "runtime/planted.h"\n'},
         "in a header that others include"),
        ({"src/crypto/planted.cpp": "#include <random>\n"}, "below the line"),
        ({"src/lab/planted.h": "#include <iostream>\n"}, "in a header"),
        ({"src/cellar/planted.cpp": "int x;\n"}, "is not in src/layers.txt"),
        ({"src/CMakeLists.txt": target.replace("baton_layer(ids DEPENDS base)", "baton_layer(ids DEPENDS base wire)")},
         "disagree about wire"),
        ({"src/CMakeLists.txt": target.replace("baton_layer(ids DEPENDS base)", "")}, "no baton_layer(ids)"),
    ]
