/// The little statistics that comparing needs. Pure functions.
package dev.partita.lab.statistics;
