/// Tools for the contract suite.
package dev.partita.testing;
