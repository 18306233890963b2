/// What runs on threads, and the only package that starts any.
package dev.partita.loop;
