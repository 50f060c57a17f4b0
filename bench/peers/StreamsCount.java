import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams: a count a key in its store (RocksDB, with a changelog topic), committed once a second.
 *
 * <p>Its argument says how often the topic is counted, each time as a new application; the last time is told.
 */
public final class StreamsCount {
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    public static void main(String[] arguments) throws Exception {
        int passes = Integer.parseInt(arguments[0]);
        String said = "";
        for (int pass = 1; pass <= passes; pass++) {
            said = count(System.getenv("PEER_NAME") + "-" + pass, Long.parseLong(System.getenv("PEER_COUNT")));
        }
        System.out.println(said);
        System.exit(0);
    }

    private static String count(String name, long wanted) throws Exception {
        AtomicLong done = new AtomicLong();
        long[] began = new long[2];
        long[] took = new long[2];
        CountDownLatch over = new CountDownLatch(1);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(System.getenv("PEER_TOPIC"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
            .peek((key, value) -> {
                if (done.get() == 0) {
                    began[0] = System.nanoTime();
                    began[1] = SYSTEM.getProcessCpuTime();
                }
                if (done.incrementAndGet() == wanted) {
                    took[0] = System.nanoTime() - began[0];
                    took[1] = SYSTEM.getProcessCpuTime() - began[1];
                    over.countDown();
                }
            })
            .groupByKey()
            .count(Materialized.as(Stores.persistentKeyValueStore("counts")));
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings(name))) {
            streams.setUncaughtExceptionHandler(error -> {
                error.printStackTrace();
                Runtime.getRuntime().halt(1);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            over.await();
        }
        return String.format(Locale.ROOT,
            "{\"records\": %d, \"cpu_s\": %.6f, \"wall_s\": %.6f}", done.get(), took[1] / 1e9, took[0] / 1e9);
    }

    private static Properties settings(String name) throws Exception {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("PEER_KAFKA"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, Files.createTempDirectory(name).toString());
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return settings;
    }

    private StreamsCount() {}
}
