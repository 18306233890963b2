package dev.partita.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.NATIVE;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the tree to what ARCHITECTURE.md says of it: which package may know which, and where the three things happen that
/// are hard to find when they are scattered: native calls, new threads, new processes.
class ArchitectureTest {
    /// From the lowest to the highest: each may depend on those before it.
    private static final List<String> CORE =
            List.of("limits", "connection", "proxy", "transport", "loop", "server", "model");

    /// Every module that is shipped. The classes are read from the folders that this build has just compiled.
    private static final List<String> MODULES =
            List.of("core", "linux", "processes", "http", "json", "admin", "cache", "load", "lab", "cli");

    private static final JavaClasses CLASSES = read();

    private static JavaClasses read() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("partita")) ? here : here.resolve("..").normalize();
        List<Path> folders = MODULES.stream().map(module -> root.resolve(module).resolve("target/classes")).toList();
        assertThat(folders).as("compiled modules").allMatch(Files::isDirectory);
        return new ClassFileImporter().importPaths(folders);
    }

    @Test
    void corePackagesDependOnLowerOnesOnly() {
        for (int i = 0; i < CORE.size() - 1; i++) {
            String[] higher =
                    CORE.subList(i + 1, CORE.size()).stream().map(ArchitectureTest::in).toArray(String[]::new);
            noClasses().that().resideInAPackage(in(CORE.get(i)))
                    .should().dependOnClassesThat().resideInAnyPackage(higher)
                    .because("core is read from limits to model, and each package knows only those before it")
                    .check(CLASSES);
        }
    }

    @Test
    void nothingBelowTheCommandLineKnowsWhichModelRuns() {
        noClasses().that()
                .resideInAnyPackage(in(List.of("limits", "connection", "transport", "loop", "server", "linux",
                        "processes", "http", "json", "cache", "load", "lab")))
                .should().dependOnClassesThat().resideInAPackage(in("model"))
                .because("a handler that runs under one model has to run under every model")
                .check(CLASSES);
    }

    @Test
    void foldersFormNoCycle() {
        slices().matching("dev.partita.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyLinuxMakesNativeCalls() {
        noClasses().that().resideOutsideOfPackage(in("linux"))
                .should().dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class)
                .orShould(accessTargetWhere(calls(MemorySegment.class, "reinterpret")))
                .orShould(accessTargetWhere(calls(System.class, "load", "loadLibrary")))
                .orShould(accessTargetWhere(calls(Runtime.class, "load", "loadLibrary")))
                .check(CLASSES);
    }

    @Test
    void nothingNeedsALibraryOfItsOwn() {
        methods().should().notHaveModifier(NATIVE)
                .because("native calls go through java.lang.foreign, so that there is no C to compile")
                .check(CLASSES);
    }

    @Test
    void onlyLoopStartsThreads() {
        // The lab's threads serve nobody: they measure what a wake-up costs, and hold idle connections for the generator.
        noClasses().that().resideOutsideOfPackages(in("loop"), in("lab.machine"), in("lab.trial"))
                .should(accessTargetWhere(
                        calls(Thread.class, "start", "startVirtualThread", "ofPlatform", "ofVirtual")))
                .orShould().dependOnClassesThat().areAssignableTo(Executors.class)
                .orShould().dependOnClassesThat().areAssignableTo(ExecutorService.class)
                .orShould().dependOnClassesThat().areAssignableTo(Timer.class)
                .orShould(accessTargetWhere(describe("the common pool", ArchitectureTest::usesTheCommonPool)))
                .because("who runs what is the model's choice, and has to be found in one place")
                .check(CLASSES);
    }

    @Test
    void onlyProcessesStartsProcesses() {
        noClasses().that().resideOutsideOfPackages(in("processes"), in("lab.trial"))
                .should().dependOnClassesThat().areAssignableTo(ProcessBuilder.class)
                .orShould(accessTargetWhere(calls(Runtime.class, "exec")))
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaAccess<?>> calls(Class<?> owner, String... names) {
        Set<String> wanted = Set.of(names);
        return describe(owner.getSimpleName() + "." + String.join("|", names),
                access -> wanted.contains(access.getTarget().getName())
                        && access.getTarget().getOwner().isAssignableTo(owner));
    }

    /// `CompletableFuture.supplyAsync` and the like run on threads that nobody sees start; so do parallel streams.
    private static boolean usesTheCommonPool(JavaAccess<?> access) {
        String name = access.getTarget().getName();
        JavaClass owner = access.getTarget().getOwner();
        return owner.isAssignableTo(CompletableFuture.class) && name.endsWith("Async") || name.startsWith("parallel")
                && (owner.isAssignableTo(Arrays.class) || owner.isAssignableTo(Stream.class)
                        || owner.isAssignableTo(Iterable.class));
    }

    private static String in(String folder) {
        return "dev.partita." + folder + "..";
    }

    private static String[] in(List<String> folders) {
        return folders.stream().map(ArchitectureTest::in).toArray(String[]::new);
    }
}
