package dev.partita.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.Machine;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A user of this machine, whom a process that root has started can become, and then never anybody else.
///
/// @param uid the user's number
/// @param gid the number of the user's first group
public record User(String name, int uid, int gid) {
    /// `struct passwd` of pwd.h, the same in glibc and musl where a pointer has 8 bytes: name, password, uid, gid, and three
    /// more pointers.
    private static final long PASSWD_BYTES = 48;
    private static final long PASSWD_UID = 16;
    private static final long PASSWD_GID = 20;
    /// What the user's texts may take.
    private static final long TEXTS_BYTES = 64 << 10;
    /// include/uapi/linux/prctl.h
    private static final int PR_SET_NO_NEW_PRIVS = 38;

    /// The user of that name, if this process is that one already or may become it.
    ///
    /// @throws IllegalArgumentException if not; the message says why, and what to do
    public static User named(String name) {
        String unavailable = Machine.unavailable();
        if (!unavailable.isEmpty()) {
            throw new IllegalArgumentException("to become another user is not possible here: " + unavailable);
        }
        User user = lookUp(name);
        int us = Libc.geteuid(CallMemory.ofThread());
        if (us != 0 && us != user.uid) {
            throw new IllegalArgumentException("only root can become the user " + name + ", and this process is "
                    + System.getProperty("user.name") + ": start it as root, or as " + name);
        }
        return user;
    }

    /// Whether this process may become anybody.
    public static boolean isRoot() {
        return Machine.unavailable().isEmpty() && Libc.geteuid(CallMemory.ofThread()) == 0;
    }

    private static User lookUp(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment passwd = arena.allocate(PASSWD_BYTES, Long.BYTES);
            MemorySegment found = arena.allocate(ADDRESS);
            int result = Libc.getpwnam(CallMemory.ofThread(), arena.allocateFrom(name).address(), passwd.address(),
                    arena.allocate(TEXTS_BYTES).address(), TEXTS_BYTES, found.address());
            if (result != 0 || found.get(JAVA_LONG, 0) == 0) {
                String why = result == 0 ? "" : ": getpwnam_r failed with " + Errno.name(-result);
                throw new IllegalArgumentException("there is no user '" + name + "' on this machine" + why
                        + "; name one that is in /etc/passwd");
            }
            return new User(name, passwd.get(JAVA_INT, PASSWD_UID), passwd.get(JAVA_INT, PASSWD_GID));
        }
    }

    /// Becomes this user, with all threads of the process, and gives up what root could do. Whatever the calling thread starts
    /// from now on, threads and processes, gains nothing by programs that others may run as root.
    ///
    /// @throws IOException if the system refuses it; the process may be anything between the two users then, and has to end
    public void become() throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        gainNothing();
        if (Libc.geteuid(memory) == uid && Libc.getuid(memory) == uid) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            require("initgroups", Libc.initgroups(memory, arena.allocateFrom(name).address(), gid));
        }
        require("setgid", Libc.setgid(memory, gid));
        require("setuid", Libc.setuid(memory, uid));
        if (uid != 0 && Libc.setuid(memory, 0) == 0) {
            throw new IOException("cannot become the user " + name + ": this process could be root again");
        }
    }

    /// Lets what the calling thread starts gain nothing by programs that others may run as root: `no_new_privs`, which each
    /// thread has for itself and its children have from it (`prctl(2)`).
    public static void gainNothing() throws IOException {
        int result = Libc.prctl(CallMemory.ofThread(), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (result < 0) {
            throw new IOException("prctl PR_SET_NO_NEW_PRIVS failed with " + Errno.name(-result));
        }
    }

    private void require(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException("cannot become the user " + name + ": " + call + " failed with "
                    + Errno.name(-result));
        }
    }
}
