/// Events for the JDK's flight recorder. Nothing here is loaded unless it is asked for.
package dev.partita.cli.flight;
