package dev.eider.benchmark.soak;

import dev.eider.benchmark.BucketServer;
import dev.eider.benchmark.StockCatalog;
import dev.eider.catalog.PostgresServer;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Runs gateways under load and under faults, and ends with exit code 1 if anything was lost, came twice, or was
 * otherwise not as clients were told: {@code [--minutes N | --rounds N] [--seed N] [--writers N] [--readers N]
 * [--gateways 1|2] [--no-keys] [--no-foreign] [--no-lost-replies] [--no-orphans] [--no-clock-steps] [--no-full-disk]
 * [--directory D] [--keep] [--catalog-uri URI | --postgres] [--bucket]}.
 */
public final class Soak {
    private final SoakOptions options;
    private final Path directory;
    private final Optional<SmallDisk> disk;
    private final SoakRun run = new SoakRun();
    /** Work beside that of the clients. */
    private final List<Thread> extra = new ArrayList<>();

    private Soak(SoakOptions options, Path directory, Optional<SmallDisk> disk) {
        this.options = options;
        this.directory = directory;
        this.disk = disk;
    }

    /** Runs once and ends the process. */
    public static void main(String[] arguments) throws Exception {
        SoakOptions options = SoakOptions.parse(arguments);
        Path parent = options.place().directory().orElse(Path.of(System.getProperty("java.io.tmpdir")));
        Path directory = Files.createTempDirectory(parent, "eider-soak");
        System.out.println("seed      " + options.seed());
        System.out.println("directory " + directory);
        boolean onDisk = options.disk() && !options.place().bucket();
        Optional<SmallDisk> disk = onDisk ? SmallDisk.mount(directory) : Optional.empty();
        if (onDisk && disk.isEmpty()) {
            System.out.println("SKIPPED   the full disk: this user cannot mount one");
        }
        boolean good;
        try {
            good = new Soak(options, directory, disk).runAll();
        } finally {
            disk.ifPresent(SmallDisk::close);
        }
        if (good && !options.place().keep()) {
            delete(directory);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean runAll() throws Exception {
        Path data = disk.map(SmallDisk::directory).orElse(directory);
        Path journals = Files.createDirectories(directory.resolve("journals"));
        String uri = catalogUri(data);
        if (options.place().bucket()) {
            return runInBucket(uri, journals);
        }
        Path warehouse = Files.createDirectories(data.resolve("warehouse"));
        return runOver(
                new StorageConfig(warehouse.toString(), List.of()),
                Map.of("warehouse", warehouse.toString()),
                uri,
                journals,
                options.orphans() ? Optional.of(warehouse) : Optional.empty());
    }

    private String catalogUri(Path data) {
        if (options.place().postgres()) {
            return PostgresServer.shared()
                    .orElseThrow(() -> new IllegalStateException("--postgres needs the programs of PostgreSQL"))
                    .newDatabase();
        }
        return options.place().catalogUri().orElse("jdbc:sqlite:" + data.resolve("catalog.db"));
    }

    /** Only the gateways meet the faults: whoever checks has to see what is there. */
    private boolean runInBucket(String uri, Path journals) throws Exception {
        try (BucketServer server = BucketServer.start(directory.resolve("buckets"));
                BucketFaults faults = new BucketFaults(run, server, options.seed())) {
            return runOver(
                    server.storage(directory.resolve("stock-cache"), 0),
                    server.settings(faults.endpoint(), directory),
                    uri,
                    journals,
                    Optional.empty());
        }
    }

    private boolean runOver(
            StorageConfig storage, Map<String, String> settings, String uri, Path journals, Optional<Path> ageing)
            throws Exception {
        List<GatewaySlot> slots = slots(settings, uri);
        try (BufferAllocator allocator = new RootAllocator()) {
            slots.forEach(GatewaySlot::start);
            ageing.ifPresent(warehouse -> extra.add(
                    new Thread(new OrphanRemover(run, options.seed(), warehouse, slots, allocator), "orphan-remover")));
            try (StockCatalog catalog = StockCatalog.open(uri, storage)) {
                return runAll(slots, catalog, journals, allocator);
            }
        } finally {
            slots.forEach(GatewaySlot::close);
        }
    }

    private List<GatewaySlot> slots(Map<String, String> settings, String uri) throws IOException {
        List<String> program = new ArrayList<>(List.of(
                (options.lostReplies() ? FaultyGateway.class.getName() : "dev.eider.cli.Eider"),
                "serve",
                "--port",
                "0",
                "--catalog-uri",
                options.lostReplies() ? FaultyGateway.uri(uri) : uri,
                "--set",
                "engine.memory-limit=512MB"));
        settings.forEach((key, value) -> program.addAll(List.of("--set", key + "=" + value)));
        List<GatewaySlot> slots = new ArrayList<>();
        for (int i = 0; i < options.load().gateways(); i++) {
            String name = String.valueOf((char) ('A' + i));
            Optional<ClockSteps> clock = options.clocks() ? ClockSteps.prepare(directory, name) : Optional.empty();
            if (options.clocks() && clock.isEmpty()) {
                System.out.println("SKIPPED   the steps of gateway " + name + "'s clock: there is no C compiler");
            }
            slots.add(new GatewaySlot(name, program, directory, clock, run.tally()));
        }
        return slots;
    }

    private boolean runAll(List<GatewaySlot> slots, StockCatalog catalog, Path journals, BufferAllocator allocator)
            throws Exception {
        long started = System.nanoTime();
        Checker checker = new Checker(journals);
        RowSource iceberg = new IcebergRows(catalog);
        List<Thread> clients = clients(slots, catalog, journals, allocator);
        Thread keeper = new Thread(() -> keepAlive(slots), "keeper");
        keeper.setDaemon(true);
        keeper.start();
        for (Thread client : clients) {
            client.setDaemon(true);
            client.start();
        }
        if (options.rounds() > 0) {
            new KillRounds(run, options, slots, checker, catalog).run(allocator);
        } else {
            new RandomFaults(run, options, slots, disk, checker, iceberg).run();
        }
        run.quietly(run::stop);
        for (Thread client : clients) {
            client.join();
        }
        Verdict verdict = checker.checkAll(iceberg);
        boolean agreed = new GatewayAgreement(slots, allocator)
                .isReached(Journals.read(journals).tables(), verdict);
        System.out.printf(
                "%nran       %s%ncounted   %s%nchecked   %s%n",
                Duration.ofNanos(System.nanoTime() - started).truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                run.tally(),
                verdict);
        boolean good = verdict.isGood() && agreed && run.complaints().isEmpty();
        System.out.println(
                good
                        ? "GOOD      every acknowledged row is there exactly once"
                        : "BAD       " + run.complaints().size() + " complaints, see the lines with FAULT; logs are in "
                                + directory + ", --seed " + options.seed());
        return good;
    }

    /** Gateways that a fault of the database has ended live again soon. */
    private void keepAlive(List<GatewaySlot> slots) {
        do {
            for (GatewaySlot slot : slots) {
                try {
                    if (slot.revive()) {
                        run.complain("Gateway " + slot.name() + " ended by itself");
                    }
                } catch (IllegalStateException e) {
                    // It cannot start while the disk is full; if it never does, its writers complain.
                    System.out.println(e.getMessage() + ", trying again");
                }
            }
        } while (run.goesOnAfter(200));
    }

    private List<Thread> clients(
            List<GatewaySlot> slots, StockCatalog catalog, Path journals, BufferAllocator allocator) {
        List<Thread> clients = new ArrayList<>(extra);
        for (int i = 0; i < options.load().writers(); i++) {
            List<GatewaySlot> own = new ArrayList<>(slots);
            Collections.rotate(own, i);
            clients.add(new Thread(new FlightWriter(run, i, options, own, journals, allocator), "writer-" + i));
        }
        for (int i = 0; i < options.load().readers(); i++) {
            GatewaySlot slot = slots.get(i % slots.size());
            clients.add(new Thread(new SnapshotReader(run, options.seed() + i, slot, allocator), "reader-" + i));
        }
        if (options.foreign()) {
            int number = options.load().writers();
            clients.add(new Thread(new ForeignWriter(run, number, options.seed(), catalog, journals), "stock"));
        }
        return clients;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
