/// Small programs that use Partita as a library.
package dev.partita.examples;
