// target.h: lets part of a file use instructions that not every processor has. Nobody outside crypto includes
// this.
//
// What stands between BATON_TARGET_BEGIN("...") and BATON_TARGET_END is compiled for these instructions and
// runs only where path.h found them. Templates that are instantiated there take a type of an unnamed
// namespace as argument, so that no other file can be given their code.
#pragma once

#if defined(__x86_64__)
#define BATON_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define BATON_TARGET_BEGIN(features) \
  BATON_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define BATON_TARGET_END _Pragma("clang attribute pop")
#else
#define BATON_TARGET_BEGIN(features) _Pragma("GCC push_options") BATON_PRAGMA(GCC target(features))
#define BATON_TARGET_END _Pragma("GCC pop_options")
#endif
#endif

/// Before a loop over registers: they stay registers only when every turn of it is written out.
#if defined(__clang__)
#define BATON_UNROLL _Pragma("unroll")
#else
#define BATON_UNROLL _Pragma("GCC unroll 16")
#endif
