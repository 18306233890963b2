/// What two processes of this machine share: memory, and a wake-up in each direction.
package dev.partita.linux.shared;
