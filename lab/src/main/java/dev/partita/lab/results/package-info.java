/// What the lab finds out: plain records, as they stand in `results.json`. Everything else writes or reads these; they know
/// nobody. [Results] is the whole and the file to read first.
///
/// Units are in the names, or are these: latencies and times of the generator in seconds, times per request in microseconds,
/// shares from 0 to 1. What was not or could not be measured is null; a list is never null.
package dev.partita.lab.results;
