package dev.partita.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// The functions of the C library that this module calls, one method each, named as in the manual's section 2.
///
/// A result that is not negative is the function's; a negative one is the error's number with its sign changed, as the
/// kernel itself returns it, so that errno is read only after a failure and nothing is thrown. The first parameter is the
/// [CallMemory] of the caller.
///
/// All functions are called through one method handle with seven long parameters: linking costs time at every start (8 shapes
/// took 220 ms, one 80 to 135 ms on the same busy machine), and a call is as fast. That fits because both calling conventions
/// (x86-64 System V, AAPCS64) pass the first integers and pointers in registers, the seventh on the stack or in a register,
/// ignore the upper half of a register for an int, and do not care about arguments that a function has no parameter for. An int
/// that comes back has an undefined upper half: `(int)`.
///
/// The calls of every request go through syscall(2). In a process with several threads the C library's own recv, send and
/// epoll_pwait2 are cancellation points (pthreads(7)): each first switches something on and then off again that no thread of a
/// JVM ever uses. That was 2 % of the processor's time of a loop (`perf record`, glibc 2.36).
///
/// None is linked as `critical`: such a call holds up every safepoint, and most of these may take their time.
public final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();

    @SuppressWarnings("restricted")
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private static final MemorySegment SYSCALL = function("syscall");
    private static final MemorySegment CLOSE = function("close");
    private static final MemorySegment WRITE = function("write");
    private static final MemorySegment ACCEPT4 = function("accept4");
    private static final MemorySegment SETSOCKOPT = function("setsockopt");

    // include/uapi/linux/futex.h
    private static final int FUTEX_WAIT = 0;
    private static final int FUTEX_WAKE = 1;

    /// For calls whose failure nobody asks about: what is written here is never read.
    private static final MemorySegment NOBODY = CallMemory.allocate();

    private Libc() {}

    // Moving bytes. The two calls of every request invoke the handle themselves: each frame in between is one less that the
    // compiler has left for what the JDK does inside the handle, and where that is not inlined it allocates.

    /// recv(2), which the kernel knows as recvfrom.
    public static int recv(MemorySegment memory, int fd, long address, int bytes, int flags) {
        try {
            return (int) result(memory, (long) CALL.invokeExact(
                    SYSCALL, memory, Machine.SYS_RECVFROM, (long) fd, address, (long) bytes, (long) flags, 0L, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// send(2), which the kernel knows as sendto.
    public static int send(MemorySegment memory, int fd, long address, int bytes, int flags) {
        try {
            return (int) result(memory, (long) CALL.invokeExact(
                    SYSCALL, memory, Machine.SYS_SENDTO, (long) fd, address, (long) bytes, (long) flags, 0L, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// sendfile(2).
    ///
    /// @param offsetAddress of the position in the file, which the call moves on
    public static long sendfile(MemorySegment memory, int socket, int file, long offsetAddress, long bytes) {
        return result(memory, call(Files.SENDFILE, memory, socket, file, offsetAddress, bytes, 0, 0));
    }

    /// pread(2).
    public static int pread(MemorySegment memory, int fd, long address, int bytes, long position) {
        return (int) result(memory, call(Files.PREAD, memory, fd, address, bytes, position, 0, 0));
    }

    /// preadv2(2), with one part. Without that function, as in musl before 1.2.5, ENOSYS.
    ///
    /// @param iovecAddress of the part
    public static int preadv2(MemorySegment memory, int fd, long iovecAddress, long position, int flags) {
        MemorySegment function = Files.PREADV2;
        return function == null
                ? -Errno.ENOSYS
                : (int) result(memory, call(function, memory, fd, iovecAddress, 1, position, flags, 0));
    }

    /// write(2) to an eventfd: adds 1 to it. What can fail is of no interest: a counter that is full is readable too.
    public static void signal(int eventfd, long addressOfOne) {
        Unasked.call(WRITE, eventfd, addressOfOne, Long.BYTES);
    }

    /// close(2). The descriptor is free whatever the call returns, so it is never repeated, not even after EINTR.
    public static void close(int fd) {
        call(CLOSE, NOBODY, fd, 0, 0, 0, 0, 0);
    }

    // Sockets.

    /// socket(2).
    public static int socket(MemorySegment memory, int domain, int type, int protocol) {
        return intResult(memory, call(Sockets.SOCKET, memory, domain, type, protocol, 0, 0, 0));
    }

    /// bind(2).
    public static int bind(MemorySegment memory, int fd, long address, int bytes) {
        return intResult(memory, call(Sockets.BIND, memory, fd, address, bytes, 0, 0, 0));
    }

    /// listen(2).
    public static int listen(MemorySegment memory, int fd, int backlog) {
        return intResult(memory, call(Sockets.LISTEN, memory, fd, backlog, 0, 0, 0, 0));
    }

    /// connect(2).
    public static int connect(MemorySegment memory, int fd, long address, int bytes) {
        return intResult(memory, call(Sockets.CONNECT, memory, fd, address, bytes, 0, 0, 0));
    }

    /// getsockname(2).
    public static int getsockname(MemorySegment memory, int fd, long address, long sizeAddress) {
        return intResult(memory, call(Sockets.GETSOCKNAME, memory, fd, address, sizeAddress, 0, 0, 0));
    }

    /// getpeername(2).
    public static int getpeername(MemorySegment memory, int fd, long address, long sizeAddress) {
        return intResult(memory, call(Sockets.GETPEERNAME, memory, fd, address, sizeAddress, 0, 0, 0));
    }

    /// accept4(2) without the peer's address.
    public static int accept4(MemorySegment memory, int fd, int flags) {
        return intResult(memory, call(ACCEPT4, memory, fd, 0, 0, flags, 0, 0));
    }

    /// shutdown(2).
    public static int shutdown(MemorySegment memory, int fd, int how) {
        return intResult(memory, call(Sockets.SHUTDOWN, memory, fd, how, 0, 0, 0, 0));
    }

    /// setsockopt(2).
    public static int setsockopt(MemorySegment memory, int fd, int level, int name, long address, int bytes) {
        return intResult(memory, call(SETSOCKOPT, memory, fd, level, name, address, bytes, 0));
    }

    /// setsockopt(2) with an int as its value.
    public static int setsockopt(MemorySegment memory, int fd, int level, int name, int value) {
        memory.set(JAVA_INT, CallMemory.VALUE, value);
        return setsockopt(memory, fd, level, name, memory.address() + CallMemory.VALUE, Integer.BYTES);
    }

    /// getsockopt(2).
    public static int getsockopt(
            MemorySegment memory, int fd, int level, int name, long address, long sizeAddress) {
        return intResult(memory, call(Sockets.GETSOCKOPT, memory, fd, level, name, address, sizeAddress, 0));
    }

    /// getsockopt(2) of an int: the value, or a negative error.
    public static int getsockopt(MemorySegment memory, int fd, int level, int name) {
        memory.set(JAVA_INT, CallMemory.VALUE, 0);
        memory.set(JAVA_INT, CallMemory.SIZE, Integer.BYTES);
        long address = memory.address();
        int result = getsockopt(
                memory, fd, level, name, address + CallMemory.VALUE, address + CallMemory.SIZE);
        return result < 0 ? result : memory.get(JAVA_INT, CallMemory.VALUE);
    }

    /// socketpair(2).
    ///
    /// @param pairAddress of two ints
    public static int socketpair(MemorySegment memory, int domain, int type, int protocol, long pairAddress) {
        return intResult(memory, call(Passing.SOCKETPAIR, memory, domain, type, protocol, pairAddress, 0, 0));
    }

    /// sendmsg(2).
    public static int sendmsg(MemorySegment memory, int fd, long msghdrAddress, int flags) {
        return intResult(memory, call(Passing.SENDMSG, memory, fd, msghdrAddress, flags, 0, 0, 0));
    }

    /// recvmsg(2).
    public static int recvmsg(MemorySegment memory, int fd, long msghdrAddress, int flags) {
        return intResult(memory, call(Passing.RECVMSG, memory, fd, msghdrAddress, flags, 0, 0, 0));
    }

    /// fchmod(2).
    public static int fchmod(MemorySegment memory, int fd, int mode) {
        return intResult(memory, call(Passing.FCHMOD, memory, fd, mode, 0, 0, 0, 0));
    }

    /// dup2(2).
    public static int dup2(MemorySegment memory, int fd, int number) {
        return intResult(memory, call(Passing.DUP2, memory, fd, number, 0, 0, 0, 0));
    }

    /// fcntl(2) with an int as its argument.
    public static int fcntl(MemorySegment memory, int fd, int command, int argument) {
        return intResult(memory, call(Passing.FCNTL, memory, fd, command, argument, 0, 0, 0));
    }

    // Waiting.

    /// epoll_create1(2).
    public static int epollCreate1(MemorySegment memory, int flags) {
        return intResult(memory, call(Epoll.CREATE1, memory, flags, 0, 0, 0, 0, 0));
    }

    /// epoll_ctl(2).
    public static int epollCtl(MemorySegment memory, int epoll, int operation, int fd, long eventAddress) {
        return intResult(memory, call(Epoll.CTL, memory, epoll, operation, fd, eventAddress, 0, 0));
    }

    /// epoll_wait(2).
    public static int epollWait(
            MemorySegment memory, int epoll, long eventsAddress, int eventsMax, int timeoutMillis) {
        return intResult(
                memory, call(Epoll.WAIT, memory, epoll, eventsAddress, eventsMax, timeoutMillis, 0, 0));
    }

    /// epoll_pwait2(2) without a signal mask; a kernel before 5.11 does not know it (ENOSYS).
    ///
    /// @param timespecAddress 0 waits for ever
    public static int epollPwait2(
            MemorySegment memory, int epoll, long eventsAddress, int eventsMax, long timespecAddress) {
        return intResult(
                memory,
                syscall(memory, Machine.SYS_EPOLL_PWAIT2, epoll, eventsAddress, eventsMax, timespecAddress, 0, 0));
    }

    /// eventfd(2).
    public static int eventfd(MemorySegment memory, int initial, int flags) {
        return intResult(memory, call(Epoll.EVENTFD, memory, initial, flags, 0, 0, 0, 0));
    }

    /// ppoll(2) without a signal mask.
    ///
    /// @param timespecAddress 0 waits for ever
    public static int ppoll(MemorySegment memory, long pollfdsAddress, int count, long timespecAddress) {
        return intResult(memory, call(Poll.PPOLL, memory, pollfdsAddress, count, timespecAddress, 0, 0, 0));
    }

    /// futex(2), for which the C library has no function: waits while the int at `address`, which other processes may share,
    /// is `expected`. Whatever ends the wait, the caller looks again.
    ///
    /// @param timespecAddress how long at most
    public static void futexWait(long address, int expected, long timespecAddress) {
        long _ = Bare.call(Machine.SYS_FUTEX, address, FUTEX_WAIT, expected, timespecAddress, 0, 0);
    }

    /// futex(2): wakes one who waits for the int at `address`.
    public static void futexWake(long address) {
        long _ = Bare.call(Machine.SYS_FUTEX, address, FUTEX_WAKE, 1, 0, 0, 0);
    }

    // io_uring, for which the C library has no functions.

    /// io_uring_setup(2).
    public static int ioUringSetup(MemorySegment memory, int entries, long paramsAddress) {
        return intResult(
                memory, syscall(memory, Machine.SYS_IO_URING_SETUP, entries, paramsAddress, 0, 0, 0, 0));
    }

    /// io_uring_enter(2) without looking at errno, whose capture is not free of allocation before it is compiled.
    ///
    /// @return what it submitted; -1 for an error or a wait that ended without a completion: [#ioUringEnterNothing] tells
    public static int ioUringEnter(
            int ring, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
        return (int) Bare.call(Machine.SYS_IO_URING_ENTER, ring, toSubmit, minComplete, flags, argument,
                argumentBytes);
    }

    /// io_uring_enter(2) that neither submits nor waits: 0, or what is wrong with every call.
    public static int ioUringEnterNothing(MemorySegment memory, int ring, int flags) {
        return intResult(memory, syscall(memory, Machine.SYS_IO_URING_ENTER, ring, 0, 0, flags, 0, 0));
    }

    /// io_uring_register(2).
    public static int ioUringRegister(MemorySegment memory, int ring, int operation, long argument, int count) {
        return intResult(
                memory, syscall(memory, Machine.SYS_IO_URING_REGISTER, ring, operation, argument, count, 0, 0));
    }

    // Files, memory, threads.

    /// open(2) without O_CREAT.
    public static int open(MemorySegment memory, long pathAddress, int flags) {
        return intResult(memory, call(Files.OPEN, memory, pathAddress, flags, 0, 0, 0, 0));
    }

    /// flock(2).
    public static int flock(MemorySegment memory, int fd, int operation) {
        return intResult(memory, call(Passing.FLOCK, memory, fd, operation, 0, 0, 0, 0));
    }

    /// openat2(2), for which the C library has no function.
    public static int openat2(
            MemorySegment memory, int folder, long pathAddress, long howAddress, long howBytes) {
        return intResult(
                memory, syscall(memory, Machine.SYS_OPENAT2, folder, pathAddress, howAddress, howBytes, 0, 0));
    }

    /// statx(2).
    public static int statx(
            MemorySegment memory, int fd, long pathAddress, int flags, int mask, long statxAddress) {
        return intResult(memory, call(Files.STATX, memory, fd, pathAddress, flags, mask, statxAddress, 0));
    }

    /// mmap(2) of anonymous memory. A failure is -1 to -4095, which no address is.
    public static long mmap(MemorySegment memory, long bytes, int protection, int flags) {
        return result(memory, call(Memory.MMAP, memory, 0, bytes, protection, flags, -1, 0));
    }

    /// mmap(2) of a part of what `fd` is.
    public static long mmap(MemorySegment memory, long bytes, int protection, int flags, int fd, long offset) {
        return result(memory, call(Memory.MMAP, memory, 0, bytes, protection, flags, fd, offset));
    }

    /// memfd_create(2).
    public static int memfdCreate(MemorySegment memory, long nameAddress, int flags) {
        return intResult(memory, call(Shared.MEMFD_CREATE, memory, nameAddress, flags, 0, 0, 0, 0));
    }

    /// ftruncate(2).
    public static int ftruncate(MemorySegment memory, int fd, long bytes) {
        return intResult(memory, call(Shared.FTRUNCATE, memory, fd, bytes, 0, 0, 0, 0));
    }

    /// munmap(2).
    public static void munmap(long address, long bytes) {
        call(Memory.MUNMAP, NOBODY, address, bytes, 0, 0, 0, 0);
    }

    /// setsid(2).
    public static int setsid(MemorySegment memory) {
        return intResult(memory, call(Threads.SETSID, memory, 0, 0, 0, 0, 0, 0));
    }

    /// geteuid(2).
    public static int geteuid(MemorySegment memory) {
        return intResult(memory, call(Threads.GETEUID, memory, 0, 0, 0, 0, 0, 0));
    }

    /// getuid(2).
    public static int getuid(MemorySegment memory) {
        return intResult(memory, call(Users.GETUID, memory, 0, 0, 0, 0, 0, 0));
    }

    /// getpwnam_r(3): 0 or a negative error, which it returns instead of setting errno.
    ///
    /// @param resultAddress of a pointer, which is null afterwards if there is no such user
    public static int getpwnam(
            MemorySegment memory, long nameAddress, long passwdAddress, long bufferAddress, long bytes,
            long resultAddress) {
        return -(int) call(Users.GETPWNAM_R, memory, nameAddress, passwdAddress, bufferAddress, bytes, resultAddress,
                0);
    }

    /// initgroups(3), which is setgroups(2) with the groups that the user's name stands in. This and the two after it are the C
    /// library's, which lets every thread of the process do the same; the kernel's own change one thread (`nptl(7)`).
    public static int initgroups(MemorySegment memory, long nameAddress, int gid) {
        return intResult(memory, call(Users.INITGROUPS, memory, nameAddress, gid, 0, 0, 0, 0));
    }

    /// setgid(2).
    public static int setgid(MemorySegment memory, int gid) {
        return intResult(memory, call(Users.SETGID, memory, gid, 0, 0, 0, 0, 0));
    }

    /// setuid(2).
    public static int setuid(MemorySegment memory, int uid) {
        return intResult(memory, call(Users.SETUID, memory, uid, 0, 0, 0, 0, 0));
    }

    /// prctl(2) of the calling thread.
    public static int prctl(MemorySegment memory, int option, long a, long b, long c, long d) {
        return intResult(memory, call(Users.PRCTL, memory, option, a, b, c, d, 0));
    }

    /// kill(2).
    public static int kill(MemorySegment memory, int pid, int signal) {
        return intResult(memory, call(Users.KILL, memory, pid, signal, 0, 0, 0, 0));
    }

    /// sched_setaffinity(2) of the calling thread.
    public static int schedSetaffinity(MemorySegment memory, long maskBytes, long maskAddress) {
        return intResult(memory, call(Threads.SETAFFINITY, memory, 0, maskBytes, maskAddress, 0, 0, 0));
    }

    /// getrlimit(2).
    public static int getrlimit(MemorySegment memory, int resource, long rlimitAddress) {
        return intResult(memory, call(Limits.GETRLIMIT, memory, resource, rlimitAddress, 0, 0, 0, 0));
    }

    /// setrlimit(2).
    public static int setrlimit(MemorySegment memory, int resource, long rlimitAddress) {
        return intResult(memory, call(Limits.SETRLIMIT, memory, resource, rlimitAddress, 0, 0, 0, 0));
    }

    // Calls whose errno nobody asks about. To capture it, the JDK takes a slice of the caller's memory, which is free only
    // where the compiler sees through all of it: in a loop that does little else, but not on the way of a worker that now and
    // then has to wake one. A second shape costs 5 ms at the start of those models.

    private static final class Unasked {
        @SuppressWarnings("restricted")
        private static final MethodHandle CALL = LINKER.downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

        static void call(MemorySegment function, long a, long b, long c) {
            try {
                long _ = (long) CALL.invokeExact(function, a, b, c);
            } catch (Throwable failure) {
                throw unexpected(failure);
            }
        }
    }

    /// syscall(2) with six arguments.
    private static final class Bare {
        @SuppressWarnings("restricted")
        private static final MethodHandle CALL = LINKER.downcallHandle(
                SYSCALL,
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

        static long call(long number, long a, long b, long c, long d, long e, long f) {
            try {
                return (long) CALL.invokeExact(number, a, b, c, d, e, f);
            } catch (RuntimeException | Error failure) {
                throw failure;
            } catch (Throwable impossible) {
                throw new AssertionError("a native call throws nothing that is checked", impossible);
            }
        }
    }

    // Symbols are looked up when the first function of their group is called.

    private static final class Sockets {
        static final MemorySegment SOCKET = function("socket");
        static final MemorySegment BIND = function("bind");
        static final MemorySegment LISTEN = function("listen");
        static final MemorySegment CONNECT = function("connect");
        static final MemorySegment GETSOCKNAME = function("getsockname");
        static final MemorySegment GETPEERNAME = function("getpeername");
        static final MemorySegment GETSOCKOPT = function("getsockopt");
        static final MemorySegment SHUTDOWN = function("shutdown");
    }

    private static final class Passing {
        static final MemorySegment SOCKETPAIR = function("socketpair");
        static final MemorySegment SENDMSG = function("sendmsg");
        static final MemorySegment RECVMSG = function("recvmsg");
        static final MemorySegment FCHMOD = function("fchmod");
        static final MemorySegment FCNTL = function("fcntl");
        static final MemorySegment FLOCK = function("flock");
        static final MemorySegment DUP2 = function("dup2");
    }

    private static final class Epoll {
        static final MemorySegment CREATE1 = function("epoll_create1");
        static final MemorySegment CTL = function("epoll_ctl");
        static final MemorySegment WAIT = function("epoll_wait");
        static final MemorySegment EVENTFD = function("eventfd");
    }

    private static final class Poll {
        static final MemorySegment PPOLL = function("ppoll");
    }

    private static final class Files {
        static final MemorySegment SENDFILE = function("sendfile");
        static final MemorySegment PREAD = function("pread");
        static final @Nullable MemorySegment PREADV2 =
                LINKER.defaultLookup().find("preadv2").orElse(null);
        static final MemorySegment OPEN = function("open");
        static final MemorySegment STATX = function("statx");
    }

    private static final class Memory {
        static final MemorySegment MMAP = function("mmap");
        static final MemorySegment MUNMAP = function("munmap");
    }

    private static final class Shared {
        static final MemorySegment MEMFD_CREATE = function("memfd_create");
        static final MemorySegment FTRUNCATE = function("ftruncate");
    }

    private static final class Threads {
        static final MemorySegment SETAFFINITY = function("sched_setaffinity");
        static final MemorySegment SETSID = function("setsid");
        static final MemorySegment GETEUID = function("geteuid");
    }

    private static final class Users {
        static final MemorySegment GETUID = function("getuid");
        static final MemorySegment GETPWNAM_R = function("getpwnam_r");
        static final MemorySegment INITGROUPS = function("initgroups");
        static final MemorySegment SETGID = function("setgid");
        static final MemorySegment SETUID = function("setuid");
        static final MemorySegment PRCTL = function("prctl");
        static final MemorySegment KILL = function("kill");
    }

    private static final class Limits {
        static final MemorySegment GETRLIMIT = function("getrlimit");
        static final MemorySegment SETRLIMIT = function("setrlimit");
    }

    private static MemorySegment function(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name));
    }

    private static long call(
            MemorySegment function, MemorySegment memory, long a, long b, long c, long d, long e, long f) {
        return call(function, memory, a, b, c, d, e, f, 0);
    }

    private static long syscall(
            MemorySegment memory, long number, long a, long b, long c, long d, long e, long f) {
        return call(SYSCALL, memory, number, a, b, c, d, e, f);
    }

    private static long call(
            MemorySegment function,
            MemorySegment memory,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g) {
        try {
            return (long) CALL.invokeExact(function, memory, a, b, c, d, e, f, g);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// What the handle throws is never checked: an argument that is none, or memory that runs out.
    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    private static int intResult(MemorySegment memory, long returned) {
        int lowerHalf = (int) returned;
        return lowerHalf < 0 ? -memory.get(JAVA_INT, CallMemory.ERRNO) : lowerHalf;
    }

    private static long result(MemorySegment memory, long returned) {
        return returned < 0 ? -memory.get(JAVA_INT, CallMemory.ERRNO) : returned;
    }
}
