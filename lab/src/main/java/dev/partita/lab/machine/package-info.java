/// What the machine is and what things cost on it. Measures for about a second, on threads of its own.
package dev.partita.lab.machine;
