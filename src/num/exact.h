/*
 * Included by kernels that must round as written: the compiler may not contract a * b + c into one
 * fused operation (GCC does by default if the machine has it), since ties would then be decided
 * differently on different machines. Such a kernel calls fma() where it wants a fused operation.
 * Include it first, directly after config.h.
 */
#ifndef CT_NUM_EXACT_H
#define CT_NUM_EXACT_H

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#endif
