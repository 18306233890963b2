/// The site that ships with Partita.
package dev.partita.cli.site;
