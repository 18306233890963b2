/// Comparing: tuning, rounds, ratios, advice. [dev.partita.lab.compare.Comparing] is the file to read first, then
/// [dev.partita.lab.compare.Advisor], which decides. Runs on one thread; [dev.partita.lab.compare.Assembly] and what it uses
/// are pure functions of the trials.
package dev.partita.lab.compare;
