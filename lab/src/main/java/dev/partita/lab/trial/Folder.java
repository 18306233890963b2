package dev.partita.lab.trial;

import dev.partita.lab.results.WorkloadCard.RequestClass;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// The files that the workloads of files are about.
public final class Folder {
    private static final int HOT = 8;
    private static final int HOT_BYTES = 16 << 10;
    private static final int COLD = 1_000;
    /// A file that is not kept in the server's own memory, as a request names it.
    public static final String LARGE = "/large/0.bin";
    public static final int LARGE_BYTES = 256 << 10;
    private static final int COLD_BYTES = 64 << 10;

    private Folder() {}

    /// Makes the folder to serve.
    ///
    /// @return where it is
    public static Path make(Path folder) throws IOException {
        Path site = folder.resolve("site");
        fill(site.resolve("hot"), HOT, HOT_BYTES);
        fill(site.resolve("cold"), COLD, COLD_BYTES);
        fill(site.resolve("large"), 1, LARGE_BYTES);
        return site;
    }

    /// The workload with the cold files as requests.
    public static Workload withFiles(Workload workload) {
        if (workload.files() != Workload.Files.COLD) {
            return workload;
        }
        List<RequestClass> mix = new ArrayList<>();
        // As many kinds as have latencies of their own are not enough for files that are cold once only, so the short ones
        // come first and count for all that are.
        workload.mix().forEach(each -> mix.add(new RequestClass(each.name(), each.weight() * COLD / 100)));
        for (int i = 0; i < COLD; i++) {
            mix.add(new RequestClass("GET /cold/" + i + ".bin", 1));
        }
        return workload.mix(workload.name(), workload.title(), mix);
    }

    private static void fill(Path folder, int files, int bytes) throws IOException {
        Files.createDirectories(folder);
        var random = new Random(1);
        byte[] content = new byte[bytes];
        for (int i = 0; i < files; i++) {
            random.nextBytes(content);
            Files.write(folder.resolve(i + ".bin"), content);
        }
    }

    /// Puts the folder's files out of memory: `dd` with `nocache` asks the kernel for that (posix_fadvise).
    static void cool(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c",
                "sync; for f in *.bin; do dd of=\"$f\" oflag=nocache conv=notrunc,fdatasync count=0 status=none; done")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
