/// Files that are served: opened so that nothing outside their folder can be reached, and sent without a copy.
///
/// Any thread, one at a time for each open file. Opening and reading may block on a cold disk.
package dev.partita.linux.file;
