/// What a user touches first.
package dev.partita.server;
