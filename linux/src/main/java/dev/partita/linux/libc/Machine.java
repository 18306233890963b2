package dev.partita.linux.libc;

import java.util.Locale;

/// What the layouts of this module depend on: the system and the processor's architecture.
public final class Machine {
    private static final String ARCHITECTURE = System.getProperty("os.arch", "");

    /// True on x86-64, where `struct epoll_event` is packed into 12 bytes; elsewhere it has 16
    /// (`include/uapi/linux/eventpoll.h`, EPOLL_PACKED).
    public static final boolean X86_64 = ARCHITECTURE.equals("amd64") || ARCHITECTURE.equals("x86_64");

    // Numbers of system calls: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    static final long SYS_SENDTO = X86_64 ? 44 : 206;
    static final long SYS_RECVFROM = X86_64 ? 45 : 207;
    static final long SYS_FUTEX = X86_64 ? 202 : 98;
    static final long SYS_IO_URING_SETUP = 425;
    static final long SYS_IO_URING_ENTER = 426;
    static final long SYS_IO_URING_REGISTER = 427;
    static final long SYS_OPENAT2 = 437;
    static final long SYS_EPOLL_PWAIT2 = 441;

    private Machine() {}

    /// Why the calls of this module cannot be made here, or an empty string if they can. Links nothing.
    public static String unavailable() {
        String system = System.getProperty("os.name", "");
        if (!system.toLowerCase(Locale.ROOT).equals("linux")) {
            return "this is " + system + ", not Linux";
        }
        if (!X86_64 && !ARCHITECTURE.equals("aarch64")) {
            return "the layouts of " + ARCHITECTURE + " are not known; known are x86-64 and aarch64";
        }
        Module module = Machine.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            return "native access is not enabled: start java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        }
        return "";
    }
}
