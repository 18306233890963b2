package dev.partita.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How many threads this process and those that it starts may have together, each of which the kernel counts like a process.
///
/// @param max [Long#MAX_VALUE] for no limit
/// @param whose who may have so many, for the message
/// @param command what raises the limit, with [#NUMBER] for the number
record ProcessLimit(long max, String whose, String command) {
    private static final String NUMBER = "{}";
    // include/uapi/linux/capability.h
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_SYS_RESOURCE = 24;
    private static final String UID_MAP_OF_ALL = "0 0 4294967295";

    /// The lowest limit of this machine.
    ///
    /// @param becomesAnother whether those who serve become somebody who is not root
    static ProcessLimit lowest(boolean becomesAnother) {
        return lowest(Path.of("/proc/self"), Path.of("/sys/fs/cgroup"), becomesAnother);
    }

    /// @param self what the kernel says of this process: `proc(5)`
    /// @param groups where the control groups are: `cgroups(7)`
    static ProcessLimit lowest(Path self, Path groups, boolean becomesAnother) {
        List<ProcessLimit> all = new ArrayList<>();
        if (becomesAnother || !isExempt(self)) {
            all.add(ofUser(self));
        }
        for (String line : lines(self.resolve("cgroup"))) {
            all.add(ofGroup(line, groups));
        }
        return all.stream().min(Comparator.comparingLong(ProcessLimit::max)).orElseGet(ProcessLimit::none);
    }

    /// The command that raises it.
    String raisedTo(long number) {
        return command.replace(NUMBER, Long.toString(number));
    }

    private static ProcessLimit none() {
        return new ProcessLimit(Long.MAX_VALUE, "", "");
    }

    /// The kernel asks neither root nor who has one of two capabilities, but in a namespace of users these count for nothing
    /// (copy_process of kernel/fork.c).
    private static boolean isExempt(Path self) {
        long capabilities = 0;
        boolean root = false;
        for (String line : lines(self.resolve("status"))) {
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (line.startsWith("Uid:")) {
                root = value.startsWith("0\t");
            } else if (line.startsWith("CapEff:")) {
                capabilities = Long.parseUnsignedLong(value, 16);
            }
        }
        boolean everywhere = lines(self.resolve("uid_map")).stream()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .toList().equals(List.of(UID_MAP_OF_ALL));
        return everywhere && (root || (capabilities >>> CAP_SYS_ADMIN & 1) != 0
                || (capabilities >>> CAP_SYS_RESOURCE & 1) != 0);
    }

    /// A line such as `Max processes             96442                96442                processes`.
    private static ProcessLimit ofUser(Path self) {
        String name = "Max processes";
        for (String line : lines(self.resolve("limits"))) {
            if (line.startsWith(name)) {
                String soft = line.substring(name.length()).strip().split("\\s+", 2)[0];
                return new ProcessLimit(number(soft), "this user", "ulimit -u " + NUMBER);
            }
        }
        return none();
    }

    /// The lowest limit of a group and those that it is in. A container may see its own group at the root, and not by its name.
    ///
    /// @param line such as `0::/system.slice/partita.service`, or in the first version `8:pids:/`
    private static ProcessLimit ofGroup(String line, Path groups) {
        String[] parts = line.split(":", 3);
        boolean unified = parts.length == 3 && parts[0].equals("0");
        if (!unified && !(parts.length == 3 && List.of(parts[1].split(",")).contains("pids"))) {
            return none();
        }
        Path root = unified ? groups : groups.resolve("pids");
        Path group = root.resolve(parts[2].substring(1)).normalize();
        ProcessLimit lowest = none();
        Path each = group.startsWith(root) ? group : root;
        while (each != null && each.startsWith(root)) {
            Path file = each.resolve("pids.max");
            List<String> max = lines(file);
            long number = max.isEmpty() ? Long.MAX_VALUE : number(max.getFirst());
            if (number < lowest.max) {
                lowest = new ProcessLimit(number, "this control group", "echo " + NUMBER + " > " + file
                        + " (or docker run --pids-limit, TasksMax= of systemd)");
            }
            each = each.getParent();
        }
        return lowest;
    }

    /// `unlimited`, `max` and what is no number are no limit.
    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException none) {
            return Long.MAX_VALUE;
        }
    }

    /// None where the kernel has no such file, or a container hides it: then the start of a process will tell.
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException hidden) {
            return List.of();
        }
    }
}
