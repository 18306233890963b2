/// [dev.partita.lab.results.Results] as a page to look at. Runs on one thread, reads nothing but its argument.
package dev.partita.lab.report;
