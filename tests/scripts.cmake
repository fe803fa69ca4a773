# Tests that are programs of their own: the tree reading itself, the command as a person uses it, and
# what other programs say about what Baton sends.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# baton_script(NAME COMMAND ... [TIMEOUT s] [LABELS l...] [NETWORK]) registers one. NETWORK: it starts the
# demo network, whose loopback addresses exist once on a host.
function(baton_script name)
  cmake_parse_arguments(ARG "NETWORK" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
  if(ARG_NETWORK)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK network)
  endif()
endfunction()

set(tidy "${CMAKE_CURRENT_SOURCE_DIR}/tidy")
foreach(check includes citations words coroutines extensions counters keys format)
  baton_script(tidy.${check} COMMAND Python3::Interpreter "${tidy}/tidy.py" ${check} LABELS tidy)
  baton_script(tidy.${check}.self_test COMMAND Python3::Interpreter "${tidy}/tidy.py" --self-test ${check} LABELS tidy)
endforeach()
baton_script(tidy.symbols COMMAND Python3::Interpreter "${tidy}/symbols.py" "${CMAKE_BINARY_DIR}" LABELS tidy)
baton_script(tidy.symbols.self_test
  COMMAND Python3::Interpreter "${tidy}/symbols.py" --self-test "${CMAKE_CXX_COMPILER}" LABELS tidy)

# The command as a person and a program use it. The tests that start the demo network need its loopback addresses.
set(cli "${CMAKE_CURRENT_SOURCE_DIR}/cli")
foreach(test key cipher decode ledger exposure scenario virtual lab load)
  baton_script(cli.${test} COMMAND Python3::Interpreter -B "${cli}/${test}_test.py" $<TARGET_FILE:baton> LABELS cli TIMEOUT 300)
endforeach()
baton_script(cli.freediameter COMMAND Python3::Interpreter -B "${cli}/freediameter_test.py" $<TARGET_FILE:baton> LABELS cli TIMEOUT 600)
baton_script(cli.hostile_diameter COMMAND Python3::Interpreter -B "${cli}/hostile_diameter_test.py" $<TARGET_FILE:baton> LABELS cli TIMEOUT 900)
baton_script(cli.bench COMMAND Python3::Interpreter -B "${cli}/bench_test.py" $<TARGET_FILE:baton> "${CMAKE_CXX_COMPILER}"
  LABELS cli TIMEOUT 300)
foreach(test subscriber admin_api metrics database store)  # each on ports of its own
  baton_script(cli.${test} COMMAND Python3::Interpreter -B "${cli}/${test}_test.py" $<TARGET_FILE:baton> LABELS cli TIMEOUT 600)
endforeach()
baton_script(package COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/package/package_test.py" $<TARGET_FILE:baton>
  LABELS package TIMEOUT 300)
baton_script(cli.tshark_s10 COMMAND Python3::Interpreter -B "${cli}/tshark_s10_test.py" LABELS cli TIMEOUT 300)
foreach(test input run node secrets tshark recompute kasme readme)
  baton_script(cli.${test} COMMAND Python3::Interpreter -B "${cli}/${test}_test.py" $<TARGET_FILE:baton> LABELS cli TIMEOUT 600 NETWORK)
endforeach()

# The installed library as a user gets it. Whoever links what was built with sanitizers needs them too.
set(extra_flags "")
if(BATON_SANITIZE)
  list(APPEND extra_flags "-fsanitize=${BATON_SANITIZE}")
endif()
if(BATON_COVERAGE)
  list(APPEND extra_flags --coverage)
endif()
baton_script(install.examples COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/install/install_test.py"
  "${CMAKE_BINARY_DIR}" "${CMAKE_CXX_COMPILER}" ${extra_flags} LABELS install TIMEOUT 600)

# Many handovers between MMEs under faults: 20 seeds of 200 UEs, and with crashes.
set(weather --loss 2% --reorder 5% --duplicate 2% --break 0.1%)
add_test(NAME lab.inter_mme_handover COMMAND baton lab run inter-mme-handover --ues 200 ${weather} --seeds 1..20)
add_test(NAME lab.inter_mme_handover_with_crashes
  COMMAND baton lab run inter-mme-handover --ues 200 ${weather} --crash 0.05% --seeds 1..4)
set_tests_properties(lab.inter_mme_handover lab.inter_mme_handover_with_crashes PROPERTIES TIMEOUT 600 LABELS lab)

# Wireshark on the messages that no run of the demo network sends.
baton_script(wire.s1ap_tshark
  COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/wire/s1ap_tshark_test.py" LABELS wire)
baton_script(wire.diameter_tshark
  COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/wire/diameter_tshark_test.py" LABELS wire)
