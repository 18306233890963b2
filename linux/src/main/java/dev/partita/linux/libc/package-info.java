/// Calls into the C library: the one class that makes them, the memory that they write to, the names of their errors, and
/// the numbers that the kernel's headers define.
///
/// Any thread may call. [Libc] comes first; everything else in this module is written in its terms.
package dev.partita.linux.libc;
