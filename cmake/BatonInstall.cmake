# baton_install() says what `cmake --install` puts where. Two components:
#   library  the layers that a program can use alone (base, crypto, ids, keys): archives, their public headers below
#            include/baton, a package for find_package(Baton) and baton.pc for pkg-config
#   command  the program `baton` and the files of its demo network
# A header of crypto that says "Nobody ... includes this" is not public and stays here.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(baton_public_headers layer out)
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${layer}/*.h")
  set(public "")
  foreach(header IN LISTS headers)
    file(STRINGS "${header}" private LIMIT_COUNT 1 REGEX "^//.*[Nn]obody (outside crypto|else includes this)")
    # The sentence may begin at the end of a line.
    file(STRINGS "${header}" broken LIMIT_COUNT 1 REGEX "^//.* Nobody$")
    if(NOT private AND NOT broken)
      list(APPEND public "${header}")
    endif()
  endforeach()
  set(${out} "${public}" PARENT_SCOPE)
endfunction()

function(baton_install)
  set(layers base crypto ids keys)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/Baton")
  foreach(layer IN LISTS layers)
    baton_public_headers(${layer} headers)
    install(FILES ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/baton/${layer}" COMPONENT library)
    set_target_properties(baton_${layer} PROPERTIES EXPORT_NAME ${layer})
    target_compile_features(baton_${layer} INTERFACE $<INSTALL_INTERFACE:cxx_std_20>)
    install(TARGETS baton_${layer} EXPORT BatonTargets
      ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library
      INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/baton")
  endforeach()
  install(EXPORT BatonTargets NAMESPACE Baton:: DESTINATION "${package}" COMPONENT library)

  configure_package_config_file("${CMAKE_SOURCE_DIR}/cmake/BatonConfig.cmake.in" "${CMAKE_BINARY_DIR}/BatonConfig.cmake"
    INSTALL_DESTINATION "${package}")
  write_basic_package_version_file("${CMAKE_BINARY_DIR}/BatonConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_BINARY_DIR}/BatonConfig.cmake" "${CMAKE_BINARY_DIR}/BatonConfigVersion.cmake"
    DESTINATION "${package}" COMPONENT library)

  # pkg-config finds the rest from where baton.pc lies, so that the tree can be moved.
  set(BATON_PC_LIBS "")
  if(IPSEC_MB_LIBRARY AND IPSEC_MB_INCLUDE)
    set(BATON_PC_LIBS "-lIPSec_MB")
  endif()
  file(RELATIVE_PATH BATON_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/baton.pc.in" "${CMAKE_BINARY_DIR}/baton.pc" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/baton.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT library)

  if(TARGET baton)
    install(TARGETS baton RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
    install(FILES etc/demo.yaml etc/subscribers.csv DESTINATION "${CMAKE_INSTALL_SYSCONFDIR}/baton" COMPONENT command)
  endif()
endfunction()
