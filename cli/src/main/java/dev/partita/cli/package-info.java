/// The command line.
package dev.partita.cli;
