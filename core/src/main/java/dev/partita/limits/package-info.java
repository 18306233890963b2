/// Bounds and numbers, below everything else: what may be queued, buffered and waited for ([dev.partita.limits.Limits]), and
/// what happened ([dev.partita.limits.Counters], [dev.partita.limits.Failures]).
///
/// No threads, no state but the counters'. Read `Limits` first.
package dev.partita.limits;
