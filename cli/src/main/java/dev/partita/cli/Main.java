package dev.partita.cli;

/// The entry point of the command line.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.out.println("partita 0.1.0-SNAPSHOT");
    }
}
