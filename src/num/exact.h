/*
 * Included by kernels whose comparisons must round as written: the compiler may not fuse a * b + c
 * into one operation there (GCC does by default where the machine can), since a tie would then
 * fall one way on one machine and the other way on the next. Where a fused operation is wanted,
 * such a kernel says fma(). Include it before everything but config.h.
 */
#ifndef CT_NUM_EXACT_H
#define CT_NUM_EXACT_H

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#endif
