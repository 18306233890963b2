package dev.partita.cli;

import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Seda;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Outcome;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// What `serve` says once it can be reached: where, who does what, which bounds hold, and what the kernel took.
final class Announcement {
    private Announcement() {}

    /// @param content adds what is served
    static String of(Setup setup, Running running, Consumer<Columns> content) {
        return of(setup, running, Announcement::visit, content);
    }

    /// @param place says where one of its addresses is
    /// @param content adds what is served
    static String of(Setup setup, Running running, Function<SocketAddress, String> place, Consumer<Columns> content) {
        var columns = new Columns(13);
        addresses(columns, running, place);
        AdminListener admin = setup.admin();
        columns.add("admin", admin.runs() ? admin.state() + "  (healthz, readyz, metrics)" : admin.state());
        model(columns, running.model());
        columns.add("bounds", bounds(running));
        Setup.Choice choice = setup.choice();
        columns.add("transport", choice.transport().name() + ": " + choice.transport().description());
        columns.add("", choice.why());
        if (setup.pinned()) {
            columns.add("pinned", choice.transport().pins()
                    ? "loop i to processor i modulo " + Runtime.getRuntime().availableProcessors()
                    : "not available: " + choice.transport().name() + " cannot tie threads to processors");
        }
        options(columns, running.socketOptions());
        content.accept(columns);
        columns.add("", "Ctrl-C drains and ends; a second one stops now");
        return columns.toString();
    }

    private static void addresses(Columns columns, Running running, Function<SocketAddress, String> place) {
        String label = "serving";
        for (SocketAddress address : running.addresses()) {
            columns.add(label, place.apply(address) + (Address.isLocal(address) ? "" : "  (open to other machines)"));
            label = "";
        }
    }

    /// How a browser or curl gets there.
    private static String visit(SocketAddress address) {
        String how = address instanceof UnixDomainSocketAddress unix
                ? "  (curl --unix-socket " + unix.getPath() + " http://localhost/)"
                : "";
        return Address.url(address) + how;
    }

    static void model(Columns columns, ServerModel model) {
        columns.add("model", model.name());
        columns.add("  accepting", model.tasks().connections());
        columns.add("  io", model.tasks().io());
        columns.add("  work", model.tasks().work());
    }

    private static String bounds(Running running) {
        Limits limits = running.limits();
        var bounds = new StringBuilder();
        bounds.append(limits.connectionsMax()).append(" connections, ").append(backlog(limits))
                .append(" more in the backlog");
        if (running.model() instanceof Amped) {
            bounds.append(", ").append(limits.queueMax()).append(" requests in the queue of each worker");
        } else if (running.model() instanceof Seda) {
            bounds.append(", ").append(limits.queueMax()).append(" requests in the queue of each stage");
        }
        long files = Machine.openFilesMax();
        if (files < limits.connectionsMax()) {
            bounds.append("\nthis process may open ").append(files).append(" files only: raise that with ulimit -n, or"
                    + " lower --max-connections");
        }
        return bounds.toString();
    }

    /// The kernel takes no more than its own bound, without a word (listen(2)).
    private static long backlog(Limits limits) {
        return Math.min(limits.backlog(), Machine.number("/proc/sys/net/core/somaxconn", Long.MAX_VALUE));
    }

    private static void options(Columns columns, List<Outcome> outcomes) {
        String label = "options";
        for (Outcome outcome : outcomes) {
            columns.add(label, outcome(outcome));
            label = "";
        }
    }

    /// A setting and what became of it, such as `tcp-nodelay=on  applied`.
    static String outcome(Outcome outcome) {
        return Columns.pad(outcome.setting().toString(), 26) + result(outcome);
    }

    private static String result(SocketOptions.Outcome outcome) {
        String detail = outcome.detail().isEmpty() ? "" : ": " + outcome.detail();
        return switch (outcome.result()) {
            case APPLIED -> "applied" + detail;
            case REFUSED -> "refused by the kernel" + detail;
            case NOT_AVAILABLE -> "not available" + detail;
        };
    }
}
