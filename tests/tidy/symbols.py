#!/usr/bin/env python3
"""symbols.py BUILD_DIR | --self-test CXX: nothing below the line imports a socket, clock, file, thread or entropy symbol.

Reads the undefined symbols of the libraries of the layers that decide. What the sanitizers add
(__asan_, __ubsan_, ...) is tolerated; it is not in a release build.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from tree import BELOW_THE_LINE

FORBIDDEN = {
    "a socket": r"socket|socketpair|accept4?|bind|connect|listen|send|sendto|sendmsg|sendmmsg|recv|recvfrom|recvmsg|recvmmsg"
                r"|setsockopt|getsockopt|shutdown|getaddrinfo|gethostbyname|poll|ppoll|select|epoll_\w+|usrsctp_\w+|sctp_\w+",
    "a file": r"open(64)?|openat(64)?|creat|fopen(64)?|fdopen|freopen|read|readv|pread(64)?|write|writev|pwrite(64)?|close"
              r"|unlink|rename|remove|mkdir|stat(64)?|fstat(64)?|ftruncate|fsync|fdatasync|mmap(64)?|munmap|shm_open|pipe2?"
              r"|fread|fwrite|fgets|fgetc|fputs|fputc|putchar|puts|printf|fprintf|vprintf|vfprintf|perror|ioctl|fcntl(64)?|dup2?"
              r"|std::basic_(i|o|io)?fstream<.*|std::basic_filebuf<.*|std::filesystem::.*|std::cout|std::cerr|std::clog|std::cin"
              r"|sqlite3_\w+|stdout|stderr|stdin|__(printf|fprintf|vfprintf|read|pread|fread|fgets)_chk",
    "a clock": r"time|gettimeofday|clock|clock_gettime|clock_nanosleep|nanosleep|sleep|usleep|timer_\w+|timerfd_\w+|localtime(_r)?"
               r"|gmtime(_r)?|mktime|std::chrono::.*clock::now.*",
    "a thread": r"pthread_create|pthread_join|pthread_detach|thrd_create|std::thread::.*|std::condition_variable::.*|fork|vfork|clone"
                r"|std::__future_base.*|sem_\w+",
    "entropy": r"getrandom|getentropy|arc4random\w*|s?rand|rand_r|s?random|[dejlmn]rand48|RAND_\w+|std::random_device::.*",
    "the environment": r"getenv|secure_getenv|setenv|environ",
    "another program": r"system|popen|exec[lv]\w*|posix_spawnp?|dlopen|dlsym",
}
PATTERNS = [(what, re.compile(rf"^(?:{pattern})$")) for what, pattern in FORBIDDEN.items()]
SANITIZER = re.compile(r"^__(asan|ubsan|tsan|lsan|sanitizer|gcov|llvm_gcov|sancov)")
INSTEAD = "take it as a parameter (Instant, Entropy&) or return an Action"


def undefined(archive):
    """(object file, symbol) of every import, demangled, without versions and parameter lists."""
    said = subprocess.run(["nm", "-C", "--undefined-only", "-A", str(archive)], capture_output=True, text=True, check=True)
    for line in said.stdout.splitlines():
        place, _, symbol = line.partition(" U ")
        if not symbol:
            place, _, symbol = line.partition(" w ")
        if symbol:
            yield place.strip().rstrip(":").split(":")[-1] or archive.name, symbol.strip()


def complaints(archive):
    for place, symbol in undefined(archive):
        if SANITIZER.match(symbol):
            continue
        plain = symbol.split("@")[0]
        bare = plain if plain.startswith("std::") else plain.split("(")[0]
        for what, pattern in PATTERNS:
            if pattern.match(bare) or pattern.match(bare.split("(")[0]):
                yield f"{archive.name} ({place}) imports {what}: {symbol}; {INSTEAD}"


def check(build):
    problems = []
    for layer in BELOW_THE_LINE:
        archive = pathlib.Path(build) / "src" / f"libbaton_{layer}.a"
        if archive.is_file():
            problems += complaints(archive)
        else:
            problems.append(f"{archive.name} is not built; build baton_{layer} first")
    return problems


PLANTED = {
    "a socket": "#include <sys/socket.h>\nint f() { return ::socket(1, 2, 3); }\n",
    "a file": "#include <fstream>\nbool f(const char* n) { std::ifstream in(n); return in.good(); }\n",
    "a clock": "#include <chrono>\nlong f() { return std::chrono::steady_clock::now().time_since_epoch().count(); }\n",
    "a thread": "#include <thread>\nvoid f() { std::thread([] {}).join(); }\n",
    "entropy": "#include <sys/random.h>\nlong f(void* p) { return ::getrandom(p, 16, 0); }\n",
    "the environment": "#include <cstdlib>\nchar* f() { return std::getenv(\"HOME\"); }\n",
    "another program": "#include <cstdlib>\nint f(const char* c) { return std::system(c); }\n",
}
INNOCENT = ("#include <string>\n#include <vector>\nstruct Link { void send(int); void open(); };\n"
            "void f(Link& l, std::vector<std::string>& v) { l.send(1); l.open(); v.emplace_back(\"read\"); }\n")


def compile_and_check(compiler, text):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "planted.cpp"
        source.write_text(text)
        subprocess.run([compiler, "-std=c++20", "-c", str(source), "-o", f"{source}.o"], check=True)
        return list(complaints(pathlib.Path(f"{source}.o")))


def self_test(compiler):
    failures = []
    for what, text in PLANTED.items():
        if not any(f"imports {what}" in c for c in compile_and_check(compiler, text)):
            failures.append(f"planted {what}, and nobody objected")
    failures += [f"innocent code refused: {c}" for c in compile_and_check(compiler, INNOCENT)]
    return failures


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--self-test":
        problems = self_test(arguments[1])
    elif len(arguments) == 1:
        problems = check(arguments[0])
    else:
        print(__doc__)
        return 2
    for problem in sorted(set(problems)):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
