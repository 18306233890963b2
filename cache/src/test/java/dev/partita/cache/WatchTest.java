package dev.partita.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Settings.Feature;
import dev.partita.limits.Limits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What those who `watch` are told, and what becomes of those who do not listen.
@Timeout(60)
class WatchTest {
    private final Talk.Server server = new Talk.Server(Settings.defaults());

    private Talk talk() {
        return new Talk(server, Limits.defaults());
    }

    /// Without what neither side can know of the other: times, numbers of lines and connections, classes of slabs, and the
    /// seconds that have passed since an item has expired.
    private static List<String> known(String lines) {
        return lines.lines().map(line -> line.replaceAll("ts=\\d+\\.\\d+ gid=\\d+ ", "")
                .replaceAll("(clsid|cfd)=\\d+", "$1=N").replaceAll("ttl=429496\\d{4}", "ttl=past")).toList();
    }

    @Test
    void theSameIsToldAsByMemcached() throws Exception {
        String big = "x".repeat(1 << 20);
        String said =
                """
                        set a 0 0 3|abc|get a b a|gets a|gat 0 a zz|touch a 0|touch q 0|add a 0 0 1|x|add n 0 0 1|5|incr n 1|
                        incr nope 1|incr a 1|decr n 1|replace nope 0 0 1|x|append a 0 100 2|zz|prepend a 0 0 1|y|cas a 0 0 1 1|x|
                        cas nope 0 0 1 1|x|delete a|delete a|set big 0 0 1048576|BIG|set t 7 100 2|ab|get t|set bad 0 0 2|abcde|
                        mg t v|mg nope v|mg k s|ms mm 2 T30|hi|ms mm 2 MA|yo|ms mm 1 ME|x|ma n|ma nope N0|md mm|md mm|md t I|me n|
                        mg viv N30 v|gat 5 viv|get a%b,c|set a%b,c 0 0 1|x|set e 0 -1 1|x|get e|flush_all|get n|"""
                        .replace("\n", "").replace("|", "\r\n").replace("BIG", big);
        String watch = "watch fetchers mutations evictions\r\n";
        String ours;
        try (Talk watcher = talk(); Talk client = talk()) {
            assertThat(watcher.ask(watch)).isEqualTo("OK\r\n");
            client.ask(said);
            ours = watcher.ask();
        }
        try (Oracle memcached = Oracle.start();
                Oracle.Talking watcher = memcached.talk();
                Oracle.Talking client = memcached.talk()) {
            assertThat(watcher.begin(watch)).isEqualTo("OK\r\n");
            client.ask(said);
            List<String> theirs = known(watcher.hear((int) ours.lines().count()));
            assertThat(known(ours)).isEqualTo(theirs);
        }
    }

    @Test
    void deletionsAndEvictionsAreTold() {
        var small = new Talk.Server(Settings.defaults().withMemoryBytes(4 << 20));
        try (var watcher = new Talk(small, Limits.defaults()); var client = new Talk(small, Limits.defaults())) {
            watcher.ask("watch deletions evictions\r\n");
            client.ask("set a 0 0 3\r\nabc\r\ndelete a\r\nms b 1\r\nx\r\nmd b I\r\nmd b\r\ndelete b\r\n");
            assertThat(known(watcher.ask())).containsExactly("type=deleted key=a cmd=delete clsid=N size=3",
                    "type=deleted key=b cmd=md clsid=N size=1");
            String value = "v".repeat(1_000_000);
            for (int i = 0; i < 5; i++) {
                client.ask("set big" + i + " 0 0 1000000\r\n" + value + "\r\n");
            }
            assertThat(known(watcher.ask())).first().asString()
                    .matches("type=eviction key=big\\d fetch=no ttl=-1 la=\\d+ clsid=N size=1000000");
        }
    }

    @Test
    void linesAreNumberedAndDated() {
        try (Talk watcher = talk(); Talk client = talk()) {
            watcher.ask("watch\r\n");
            client.ask("get a b\r\n");
            assertThat(watcher.ask().split("\n", -1)[1]).matches(
                    "ts=\\d{10}\\.\\d{6} gid=2 type=item_get key=b status=not_found clsid=0 cfd=0 size=0");
        }
    }

    @Test
    void whoComesAndGoesIsToldByItsReason() {
        try (Talk watcher = talk()) {
            watcher.ask("watch connevents\r\n");
            try (Talk client = talk()) {
                client.ask("mn\r\nquit\r\n");
            }
            try (Talk client = talk()) {
                client.ask("mn\r\n");
            }
            assertThat(known(watcher.ask())).containsExactly(
                    "type=conn_new rip=unknown rport=0 transport=tcp cfd=N",
                    "type=conn_close rip=unknown rport=0 transport=tcp reason=normal cfd=N",
                    "type=conn_new rip=unknown rport=0 transport=tcp cfd=N",
                    "type=conn_close rip=unknown rport=0 transport=tcp reason=error cfd=N");
        }
    }

    @Test
    void whoDoesNotListenLosesLinesAndIsToldHowMany() {
        int gets = 20_000;
        try (Talk watcher = talk(); Talk client = talk()) {
            watcher.ask("watch fetchers\r\n");
            client.ask("get" + " some-key".repeat(gets) + "\r\n");
            String heard = watcher.ask();
            assertThat(heard.length()).isBetween(Watcher.BYTES_MAX / 2, Watcher.BYTES_MAX);
            List<String> lines = heard.lines().toList();
            assertThat(lines.getLast()).isEqualTo("skipped=" + (gets - lines.size() + 1));
            assertThat(watcher.count(Stat.LOG_WATCHER_SKIPPED)).isEqualTo(gets - lines.size() + 1);
            client.ask("get again\r\n");
            assertThat(watcher.ask()).contains("key=again");
        }
    }

    @Test
    void onlySoManyMayWatch() {
        List<Talk> watchers = new ArrayList<>();
        for (int i = 0; i < Watchers.WATCHERS_MAX; i++) {
            watchers.add(talk());
            assertThat(watchers.get(i).ask("watch\r\n")).isEqualTo("OK\r\n");
        }
        try (Talk late = talk()) {
            assertThat(late.ask("watch\r\n")).isEqualTo("WATCHER_TOO_MANY log watcher limit reached\r\n");
            watchers.removeLast().close();
            assertThat(late.ask("watch\r\n")).isEqualTo("OK\r\n");
            assertThat(server.protocol.watchers().count()).isEqualTo(Watchers.WATCHERS_MAX);
        }
        watchers.forEach(Talk::close);
    }

    @Test
    void unknownWordsAndServersThatForbidItAreAnswered() {
        try (Talk client = talk()) {
            assertThat(client.ask("watch nosuch\r\nwatch fetchers nosuch\r\n")).isEqualTo("ERROR\r\nERROR\r\n");
        }
        try (var client = new Talk(new Talk.Server(Settings.defaults().without(Feature.WATCH)), Limits.defaults())) {
            assertThat(client.ask("watch nosuch\r\nmn\r\n"))
                    .isEqualTo("CLIENT_ERROR watch commands not allowed\r\nMN\r\n");
        }
    }
}
