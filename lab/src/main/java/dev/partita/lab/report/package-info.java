/// [dev.partita.lab.results.Results] as a page to look at, and as a table for the terminal. Runs on one thread, reads nothing
/// but its argument and this package's resources, and measures nothing: what it shows is in the records already, and what it
/// computes of them are medians and ranges.
///
/// Read [Report], then `Page`, which has the sections in their order.
package dev.partita.lab.report;
