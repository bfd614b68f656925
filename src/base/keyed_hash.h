/*
 * SipHash-1-3 (Aumasson & Bernstein 2012) with a key that differs in each process: for tables whose
 * keys come from files, since colliding keys cannot be constructed without it. Nothing that is
 * shown or stored may depend on the values, or on an order that follows from them.
 */
#ifndef CT_BASE_KEYED_HASH_H
#define CT_BASE_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t keyed_hash(const void *bytes, size_t size);

/* An odd random number that stays the same within the process: the high bits of x times it are a
 * hash of a number x (multiply-shift, Dietzfelbinger et al. 1997, J. Algorithms 25:19). */
uint64_t keyed_multiplier(void);

#endif
