# One place for how a room is built: warnings, standard, sanitizers, layers.

option(KENTONGAN_TESTS "Build the tests" ON)
option(KENTONGAN_FUZZ "Build the fuzz targets for libFuzzer (clang only)" OFF)
set(KENTONGAN_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The units name /usr/bin and /usr/share; elsewhere with DESTDIR.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set_property(CACHE CMAKE_INSTALL_PREFIX PROPERTY VALUE /usr)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(KENTONGAN_CCACHE ccache)
if(KENTONGAN_CCACHE)
  # Paths relative to the checkout, so that a second checkout finds what the first has compiled.
  set(launcher env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${KENTONGAN_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(kentongan_options INTERFACE)
target_compile_options(kentongan_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Werror=unused-result -Werror=return-type)
target_include_directories(kentongan_options INTERFACE "${CMAKE_SOURCE_DIR}/gateway")
if(KENTONGAN_SANITIZE)
  target_compile_options(kentongan_options INTERFACE
    -fsanitize=${KENTONGAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(kentongan_options INTERFACE -fsanitize=${KENTONGAN_SANITIZE})
endif()
if(KENTONGAN_FUZZ)
  target_compile_options(kentongan_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(kentongan_options INTERFACE
    -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  target_link_options(kentongan_options INTERFACE -Wl,-z,relro,-z,now)
endif()

# kentongan_library(NAME LAYER n SOURCES … [DEPENDS rooms…] [LINKS third-party targets…])
#
# Declares a room. LAYER is its height in the house (docs/architecture.md); a dependency on a room of
# the same or a greater height stops the configuration. scripts/check-layers checks the #includes.
function(kentongan_library name)
  cmake_parse_arguments(ROOM "" "LAYER" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  set_property(TARGET ${name} PROPERTY KENTONGAN_LAYER ${ROOM_LAYER})
  foreach(dependency IN LISTS ROOM_DEPENDS)
    get_property(height TARGET ${dependency} PROPERTY KENTONGAN_LAYER)
    if(NOT height LESS ROOM_LAYER AND NOT (height EQUAL 4 AND ROOM_LAYER EQUAL 4))
      message(FATAL_ERROR "${name} (layer ${ROOM_LAYER}) may not depend on ${dependency} (layer ${height})")
    endif()
  endforeach()
  target_link_libraries(${name} PUBLIC kentongan_options ${ROOM_DEPENDS} PRIVATE ${ROOM_LINKS})
endfunction()

# kentongan_program(NAME [NOT_INSTALLED] SOURCES … DEPENDS rooms…)
function(kentongan_program name)
  cmake_parse_arguments(PROGRAM "NOT_INSTALLED" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE kentongan_options ${PROGRAM_DEPENDS} ${PROGRAM_LINKS})
  if(NOT PROGRAM_NOT_INSTALLED)
    install(TARGETS ${name} RUNTIME)
  endif()
endfunction()
