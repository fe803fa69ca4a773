# What every target is compiled with. Presets set the options; nobody sets flags elsewhere.
option(BATON_TESTS "Build the tests" ON)
option(BATON_BENCH "Build the benchmarks" ON)
option(BATON_FUZZ "Build libFuzzer targets (clang)" OFF)
set(BATON_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")

add_library(baton_options INTERFACE)
target_include_directories(baton_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(baton_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports moved variants of strings falsely (docs/decisions/0002-compilers.md).
  target_compile_options(baton_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
else()
  target_compile_options(baton_options INTERFACE -Wshorten-64-to-32)
endif()

if(BATON_SANITIZE)
  target_compile_options(baton_options INTERFACE
    -fsanitize=${BATON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(baton_options INTERFACE -fsanitize=${BATON_SANITIZE})
endif()
if(BATON_FUZZ)
  target_compile_options(baton_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BATON_COVERAGE)
  target_compile_options(baton_options INTERFACE --coverage)
  target_link_options(baton_options INTERFACE --coverage)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
