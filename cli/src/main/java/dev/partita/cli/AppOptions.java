package dev.partita.cli;

import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A class of the user's that is served.
final class AppOptions {
    @Option(names = "--app", paramLabel = "CLASS", description = """
            Serves your own class: public, with a public constructor without arguments, and a Handler (HTTP) or a \
            Protocol.""")
    private @Nullable String app;

    @Option(names = "--app-path", paramLabel = "JARS", description = """
            Where that class and what it needs are: jars and folders of classes, with : between them.""")
    private @Nullable String appPath;

    /// The name of the class, or an empty string.
    String name() {
        return app == null ? "" : app;
    }

    /// The options again, for a server's command line. The paths are absolute.
    List<String> arguments() {
        return app == null
                ? List.of()
                : List.of("--app", app, "--app-path", String.join(File.pathSeparator, paths().stream()
                        .map(each -> each.toAbsolutePath().toString())
                        .toList()));
    }

    /// The class, made.
    ///
    /// @return null if none was asked for
    /// @throws Mistake if it cannot be served
    @Nullable Content content() {
        if (app == null) {
            if (appPath != null) {
                throw new Mistake("--app-path says where the class of --app is; give both or neither");
            }
            return null;
        }
        Object made = make(app);
        String description = "your class " + app;
        return switch (made) {
            case Handler handler -> new Content(Http.serving(handler), description, null);
            case Protocol protocol -> new Content(protocol, description, null);
            default -> throw new Mistake("--app " + app + " is neither a " + Handler.class.getName() + " nor a "
                    + Protocol.class.getName());
        };
    }

    // The loader lives as long as the class that it has loaded: until the program ends.
    @SuppressWarnings("resource")
    private Object make(String name) {
        List<URL> urls = new ArrayList<>();
        try {
            for (Path each : paths()) {
                urls.add(each.toUri().toURL());
            }
            var loader = new URLClassLoader(urls.toArray(URL[]::new), AppOptions.class.getClassLoader());
            return Class.forName(name, true, loader).getConstructor().newInstance();
        } catch (ClassNotFoundException | NoClassDefFoundError missing) {
            throw new Mistake("--app " + name + ": the class " + missing.getMessage()
                    + " is not in --app-path; name the jar or the folder of classes it is in");
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException none) {
            throw new Mistake("--app " + name + " cannot be made: it has to be a public class with a public constructor"
                    + " without arguments");
        } catch (ReflectiveOperationException failed) {
            throw new Mistake("--app " + name + " cannot be made: its constructor throws " + failed.getCause());
        } catch (MalformedURLException odd) {
            throw new Mistake("--app-path " + appPath + " is no path: " + odd.getMessage());
        }
    }

    private List<Path> paths() {
        if (appPath == null) {
            throw new Mistake(
                    "--app " + app + " needs --app-path: the jars and folders that the class and what it needs are in");
        }
        List<Path> paths = new ArrayList<>();
        for (String each : appPath.split(File.pathSeparator, -1)) {
            Path path = Typed.path("--app-path", each);
            if (!Files.exists(path)) {
                throw new Mistake("--app-path: there is no " + each);
            }
            paths.add(path);
        }
        return paths;
    }
}
