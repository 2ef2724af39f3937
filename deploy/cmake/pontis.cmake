# How every target of the house is built: warnings as errors, hardening, sanitizers, embedded files.

set(PONTIS_WARNINGS -Wall -Wextra -Werror -Wformat=2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wvla -Wno-missing-field-initializers)
set(PONTIS_HARDENING -fstack-protector-strong -fstack-clash-protection -fcf-protection)
set(PONTIS_LINK -Wl,-z,relro,-z,now,-z,noexecstack)
if(PONTIS_SANITIZE)
  list(APPEND PONTIS_HARDENING -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
  list(APPEND PONTIS_LINK -fsanitize=address,undefined)
else()
  list(APPEND PONTIS_HARDENING -D_FORTIFY_SOURCE=3 -ftrivial-auto-var-init=zero -g -O2)
endif()
# Assertions state what cannot happen and stay on in production.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
string(REPLACE "-O3" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

# One folder, one static library. Includes are written from gateway/ or from the top ("adapters/adapter.h").
function(pontis_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  pontis_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

function(pontis_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  pontis_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE -pie)
endfunction()

function(pontis_options name)
  target_compile_options(${name} PRIVATE ${PONTIS_WARNINGS} ${PONTIS_HARDENING})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE PONTIS_VERSION="${PROJECT_VERSION}")
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/gateway ${PROJECT_SOURCE_DIR})
  target_link_options(${name} PUBLIC ${PONTIS_LINK})
endfunction()

# pontis_embed(TARGET SYMBOL DIR GLOB): every file of DIR that matches becomes a row of
# `const struct embedded_file SYMBOL[]` (see base/embedded.h), sorted by name.
function(pontis_embed target symbol dir glob)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${dir}/${glob})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${files}"
            -P ${PROJECT_SOURCE_DIR}/deploy/cmake/embed.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/deploy/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# pontis_test(NAME SOURCES... LINK...): a Criterion program, registered with ctest.
function(pontis_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  pontis_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} PkgConfig::CRITERION)
  target_compile_definitions(${name} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
endfunction()
