# The build's vocabulary: libraries, tests, and tests of RTL blocks. Every room's CMakeLists.txt uses these and little else.

find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
include(GoogleTest)

# Compile flags every target of ours is built with.
add_library(tp_flags INTERFACE)
target_compile_features(tp_flags INTERFACE cxx_std_20)
target_include_directories(tp_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tp_flags INTERFACE -Wall -Wextra -Werror -march=${TP_MARCH})
if(TP_SANITIZE)
  target_compile_options(tp_flags INTERFACE -fsanitize=${TP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tp_flags INTERFACE -fsanitize=${TP_SANITIZE})
endif()

# tp_library(name SOURCES a.cpp... DEPS targets...): a static library; header-only without SOURCES.
function(tp_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  if(A_SOURCES)
    add_library(${name} STATIC ${A_SOURCES})
    target_link_libraries(${name} PUBLIC tp_flags ${A_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE tp_flags ${A_DEPS})
  endif()
endfunction()

# tp_profile_runtime(target CXX compiler OPT flags): when the flags ask for a profile, what writes it is linked with the target.
function(tp_profile_runtime target)
  cmake_parse_arguments(A "" "CXX;OPT" "" ${ARGN})
  if(A_OPT MATCHES "-fprofile-generate")
    # Clang's own: what else is linked may be of another compiler.
    execute_process(COMMAND ${A_CXX} --print-file-name=libclang_rt.profile-${CMAKE_SYSTEM_PROCESSOR}.a OUTPUT_VARIABLE profile_runtime
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    target_link_libraries(${target} INTERFACE ${profile_runtime})
    # Debian 12's mold (1.10) stops at an assertion of its own on some of the sections that a profile adds.
    target_link_options(${target} INTERFACE LINKER:-u,__llvm_profile_runtime -fuse-ld=bfd)
  endif()
endfunction()

# What a build for tests alone needs (the sanitizers' presets).
add_custom_target(tp_tests)

# Tests are compiled more often than they run, and reading GoogleTest's headers is a third of that: all tests share one
# precompiled header (testbench/test_pch.h).
set(TP_TEST_OPTIONS -O1 $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/test_pch.cpp CONTENT "")
add_library(tp_test_pch OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/test_pch.cpp)
target_link_libraries(tp_test_pch PRIVATE tp_flags GTest::gtest GTest::gmock)
target_compile_options(tp_test_pch PRIVATE ${TP_TEST_OPTIONS})
target_precompile_headers(tp_test_pch PRIVATE ${PROJECT_SOURCE_DIR}/testbench/test_pch.h)

# tp_test(name SOURCES a_test.cpp... DEPS targets... LABELS label TIMEOUT s): GoogleTest cases, each known to ctest by name.
function(tp_test name)
  cmake_parse_arguments(A "" "LABELS;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT A_LABELS)
    set(A_LABELS fast)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  add_executable(${name} ${A_SOURCES})
  add_dependencies(tp_tests ${name})
  target_link_libraries(${name} PRIVATE tp_flags ${A_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE TP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE ${TP_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM tp_test_pch)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${A_LABELS} TIMEOUT ${A_TIMEOUT})
endfunction()

# tp_inject(list files): copies of the sources that <list>.toml names, with its faults (testbench/faults), in ${CMAKE_CURRENT_BINARY_DIR}/<list>,
# by the target tp_inject_<list>; `files` are the sources.
function(tp_inject list outputs_var)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${list})
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
  set(script ${PROJECT_SOURCE_DIR}/testbench/faults/inject.py)
  set(toml ${CMAKE_CURRENT_SOURCE_DIR}/${list}.toml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script} ${toml})
  execute_process(COMMAND ${Python3_EXECUTABLE} ${script} ${toml} --root ${PROJECT_SOURCE_DIR} --files
                  OUTPUT_VARIABLE files OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  list(TRANSFORM files PREPEND ${out}/ OUTPUT_VARIABLE copies)
  list(TRANSFORM files PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE originals)
  add_custom_command(
    OUTPUT ${copies} ${out}/tp_fault_pkg.sv ${out}/twinpath_fault.h
    COMMAND ${Python3_EXECUTABLE} ${script} ${toml} --root ${PROJECT_SOURCE_DIR} --out ${out}
    DEPENDS ${script} ${toml} ${originals}
    COMMENT "Injecting the faults of ${list}.toml"
    VERBATIM)
  add_custom_target(tp_inject_${list} DEPENDS ${copies} ${out}/tp_fault_pkg.sv ${out}/twinpath_fault.h)
  set(${outputs_var} ${files} PARENT_SCOPE)
endfunction()

if(NOT TP_RTL)
  function(tp_verilate)
  endfunction()
  function(tp_rtl_test)
  endfunction()
  return()
endif()

# ---- Verilator ---------------------------------------------------------------------------------------------------------
find_program(VERILATOR verilator REQUIRED)
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERILATOR_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

add_library(verilated STATIC ${VERILATOR_ROOT}/include/verilated.cpp ${VERILATOR_ROOT}/include/verilated_fst_c.cpp
                             ${VERILATOR_ROOT}/include/verilated_threads.cpp ${VERILATOR_ROOT}/include/verilated_cov.cpp)
target_include_directories(verilated SYSTEM PUBLIC ${VERILATOR_ROOT}/include ${VERILATOR_ROOT}/include/vltstd)
target_compile_features(verilated PUBLIC cxx_std_20)
target_compile_options(verilated PRIVATE -w -O2)
target_link_libraries(verilated PUBLIC Threads::Threads ZLIB::ZLIB)

option(TP_COVERAGE_LINES "Count lines and toggles of the core and of the blocks that tests drive (scripts/coverage)" OFF)
set(TP_CORE_OPT -O2 CACHE STRING "Compiler flags of the core's fast model")
set(TP_CORE_CXX ${CMAKE_CXX_COMPILER} CACHE STRING "Compiler of the core's fast model")

set(TP_RTL_COMMON hw/rtl/control/twinpath_regs_pkg.sv)
set(TP_RTL_LINT -Wall ${PROJECT_SOURCE_DIR}/hw/rtl/verilator.vlt)

# tp_verilate(target TOP module SV files... [ARGS verilator arguments...] [OPT -O3] [CXX compiler] [SYSTEMC]): a static library with class V<TOP>,
# with SYSTEMC a module with ports, with RECORDED one whose pins can be written down (testbench/icarus/pin_record.h) and, with
# TP_COVERAGE_LINES, its counts (testbench/coverage/block_counts.h).
function(tp_verilate target)
  cmake_parse_arguments(A "SYSTEMC;RECORDED" "TOP;OPT;CXX;PREFIX" "SV;ARGS" ${ARGN})
  if(NOT A_OPT)
    set(A_OPT -O1)
  endif()
  if(NOT A_CXX)
    set(A_CXX ${CMAKE_CXX_COMPILER})
  endif()
  if(NOT A_PREFIX)
    set(A_PREFIX V${A_TOP})
  endif()
  set(recorded)
  set(record)
  if(A_RECORDED)
    find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
    set(wrapper ${A_PREFIX})
    string(APPEND A_PREFIX _pins)
    set(recorded ${CMAKE_CURRENT_BINARY_DIR}/${target}.verilated/${wrapper}.h)
    set(record COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/testbench/icarus/recorded.py
                       ${CMAKE_CURRENT_BINARY_DIR}/${target}.verilated ${wrapper} ${A_PREFIX})
    if(TP_COVERAGE_LINES)
      list(APPEND A_ARGS --coverage-line --coverage-toggle --coverage-user)
      list(APPEND record --counts)
    endif()
  endif()
  set(kind --cc)
  set(flags -w)
  if(A_SYSTEMC)
    set(kind --sc)
    # SystemC is told the standard that the library was built with.
    set(flags "-w -DSC_CPLUSPLUS=201703L -I${TP_SYSTEMC_INCLUDE}")
  endif()
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${target}.verilated)
  set(sources)
  set(seen)
  foreach(f ${TP_RTL_COMMON} ${A_SV})
    if(NOT f IN_LIST seen)
      list(APPEND seen ${f})
      list(APPEND sources ${PROJECT_SOURCE_DIR}/${f})
    endif()
  endforeach()
  # make -B: it does not know when only the flags are others.
  add_custom_command(
    OUTPUT ${dir}/${A_PREFIX}__ALL.a ${recorded}
    BYPRODUCTS ${dir}/${A_PREFIX}.h ${dir}/${A_PREFIX}___024root.h
    COMMAND ${VERILATOR} ${kind} --Mdir ${dir} --prefix ${A_PREFIX} --top-module ${A_TOP} ${TP_RTL_LINT} -O3 --x-assign fast
            --x-initial fast --noassert -I${PROJECT_SOURCE_DIR}/hw/rtl ${A_ARGS} ${sources}
    COMMAND ${CMAKE_COMMAND} -E env ${TP_OBJCACHE} make -s -B -j2 -C ${dir} -f ${A_PREFIX}.mk ${A_PREFIX}__ALL.a CXX=${A_CXX}
            "OPT_FAST=${A_OPT} -march=${TP_MARCH}" OPT_SLOW=-O0 "CXXFLAGS=${flags}"
    ${record}
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/hw/rtl/twinpath_types.svh ${PROJECT_SOURCE_DIR}/hw/rtl/verilator.vlt
    COMMENT "Verilating ${A_TOP} (${target})"
    VERBATIM)
  add_custom_target(${target}_gen DEPENDS ${dir}/${A_PREFIX}__ALL.a)
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_gen)
  target_include_directories(${target} SYSTEM INTERFACE ${dir})
  target_link_libraries(${target} INTERFACE ${dir}/${A_PREFIX}__ALL.a verilated)
endfunction()

# tp_rtl_test(name TOP module SV files... SOURCES x_test.cpp... [DEPS ...] [PARAMS -GX=1...]): one block, verilated, under GoogleTest; and
# what the test does to it, in Icarus too (icarus.<name>), but with VERILATOR_ONLY; there STEPS
# evaluations of each instance, of the tests of the pattern PLAYED. UNWRITTEN: the tests leave memories unwritten (replay.py --unwritten).
function(tp_rtl_test name)
  cmake_parse_arguments(A "VERILATOR_ONLY;UNWRITTEN" "TOP;LABELS;TIMEOUT;STEPS;PLAYED" "SV;SOURCES;DEPS;PARAMS" ${ARGN})
  if(NOT A_LABELS)
    set(A_LABELS rtl)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  tp_verilate(${name}_model TOP ${A_TOP} SV ${A_SV} ARGS ${A_PARAMS} RECORDED)
  tp_test(${name} SOURCES ${A_SOURCES} DEPS ${name}_model ${A_DEPS} LABELS ${A_LABELS} TIMEOUT ${A_TIMEOUT})
  if(NOT A_VERILATOR_ONLY)
    set(part)
    if(A_STEPS)
      list(APPEND part STEPS ${A_STEPS})
    endif()
    if(A_UNWRITTEN)
      list(APPEND part UNWRITTEN)
    endif()
    if(A_PLAYED)
      list(APPEND part TESTS ${A_PLAYED})
    endif()
    tp_replay(icarus.${name} ${name} TOP ${A_TOP} ${part} SV ${A_SV} PARAMS ${A_PARAMS})
  endif()
endfunction()

find_program(IVERILOG iverilog)
find_program(VVP vvp)

# tp_replay(test program TOP module SV files... [MODEL target] [TESTS pattern] [STEPS n] [UNWRITTEN] [PARAMS -GX=1...] [CHANGE file original changed]): plays what the
# block test `program` (of it, the tests of the pattern) does to its model of TOP (<program>_model) in Icarus (testbench/icarus/replay.py).
# With CHANGE, a fault in Icarus's copy, the test passes if that is noticed.
function(tp_replay test program)
  cmake_parse_arguments(A "UNWRITTEN" "TOP;MODEL;TESTS;STEPS" "SV;PARAMS;CHANGE" ${ARGN})
  if(NOT A_MODEL)
    set(A_MODEL ${program}_model)
  endif()
  if(NOT A_TESTS)
    set(A_TESTS *)
  endif()
  if(NOT IVERILOG OR NOT VVP)
    return()
  endif()
  list(FILTER A_PARAMS INCLUDE REGEX "^-G")
  list(TRANSFORM A_PARAMS REPLACE "^-G" "--parameter=")
  set(options)
  if(A_STEPS)
    list(APPEND options --steps ${A_STEPS})
  endif()
  if(A_UNWRITTEN)
    list(APPEND options --unwritten)
  endif()
  if(A_CHANGE)
    list(APPEND options --change ${A_CHANGE})
  endif()
  get_target_property(dir ${A_MODEL} INTERFACE_INCLUDE_DIRECTORIES)
  add_test(NAME ${test}
           COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/testbench/icarus/replay.py --program $<TARGET_FILE:${program}> --tests ${A_TESTS}
                   --header ${dir}/V${A_TOP}_pins.h --top ${A_TOP} --root ${PROJECT_SOURCE_DIR} --work ${CMAKE_CURRENT_BINARY_DIR}/${test}
                   --iverilog ${IVERILOG} --vvp ${VVP} ${A_PARAMS} ${A_SV} ${options})
  set_tests_properties(${test} PROPERTIES LABELS icarus TIMEOUT 600)
  if(A_CHANGE)
    set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION "differs: step")
  endif()
endfunction()

# tp_faulty_sv(var list sv files...): the files, those that <list>.toml names replaced by their copies with faults.
function(tp_faulty_sv var list)
  tp_inject(${list} faulty)
  file(RELATIVE_PATH dir ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/${list})
  set(sv ${dir}/tp_fault_pkg.sv)
  foreach(file ${ARGN})
    if(file IN_LIST faulty)
      list(APPEND sv ${dir}/${file})
    else()
      list(APPEND sv ${file})
    endif()
  endforeach()
  set(${var} ${sv} PARENT_SCOPE)
endfunction()

# tp_file_list(var folder): the files that hw/rtl/<folder>/<folder>.f names.
function(tp_file_list var)
  set(all)
  foreach(folder ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hw/rtl/${folder}/${folder}.f)
    file(STRINGS ${PROJECT_SOURCE_DIR}/hw/rtl/${folder}/${folder}.f lines)
    foreach(line ${lines})
      if(line MATCHES "\\.sv$")
        list(APPEND all ${line})
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES all)
  set(${var} ${all} PARENT_SCOPE)
endfunction()
