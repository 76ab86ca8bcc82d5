package dev.eider.catalog;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs text that is handed to clients and must come back unaltered, in any process over the same catalog: the secrets
 * are rows of the catalog database, kept in memory once read.
 *
 * <p>A key signs for a day, and what it signed is believed until it is forgotten, a day later. Thread-safe. No secret
 * appears in a message or a log.
 */
public final class SigningKeys {
    /** The longest that a signature can be relied on. */
    public static final Duration LEAST_VALIDITY = Duration.ofDays(1);

    private static final Duration SIGNS = Duration.ofDays(1);
    private static final Duration KEPT = SIGNS.plus(LEAST_VALIDITY);
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;

    private final CatalogDatabase database;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private volatile Map<String, Key> known = Map.of();

    SigningKeys(CatalogDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Says who signed a text, and proves it.
     *
     * @param code text without dots
     */
    public record Signature(String keyId, String code) {}

    private record Key(String id, String secret, Instant created) {
        @Override
        public String toString() {
            return "Key[" + id + "]";
        }
    }

    /** Signs a text with the newest key, making one if there is none that is young enough. */
    public Signature sign(String text) {
        Key key = signing().orElseGet(this::renewed);
        return new Signature(key.id(), code(key, text));
    }

    /** Returns whether the signature was made for exactly this text, with a key that is not forgotten. */
    public boolean isValid(String text, Signature signature) {
        Key key = known.get(signature.keyId());
        if (key == null) {
            refresh();
            key = known.get(signature.keyId());
        }
        if (key == null || isOlder(key, KEPT)) {
            return false;
        }
        return MessageDigest.isEqual(bytes(code(key, text)), bytes(signature.code()));
    }

    private Optional<Key> signing() {
        return known.values().stream()
                .filter(key -> !isOlder(key, SIGNS))
                .max(Comparator.comparing(Key::created).thenComparing(Key::id));
    }

    private boolean isOlder(Key key, Duration age) {
        return !key.created().plus(age).isAfter(clock.instant());
    }

    private synchronized Key renewed() {
        refresh();
        return signing().orElseGet(() -> {
            create();
            refresh();
            return signing()
                    .orElseThrow(() -> new EiderException(ErrorCode.CATALOG_FAILED, "Cannot store a key for tickets"));
        });
    }

    /** Two processes may do so at once: then there are two keys, and either will do. */
    private void create() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        Instant now = clock.instant();
        try {
            database.transact(connection -> {
                SqlRows.update(
                        connection,
                        "DELETE FROM eider_keys WHERE created_at <= ?",
                        now.minus(KEPT).toEpochMilli());
                return SqlRows.update(
                        connection,
                        "INSERT INTO eider_keys (key_id, secret, created_at) VALUES (?, ?, ?)",
                        UUID.randomUUID().toString(),
                        Base64.getEncoder().encodeToString(secret),
                        now.toEpochMilli());
            });
        } catch (CatalogDatabase.InDoubtException e) {
            // The table tells whether the key is there.
            return;
        } catch (SQLException e) {
            // Without the cause: a database may quote the row, and with it the secret.
            throw new EiderException(
                    ErrorCode.CATALOG_FAILED, "Cannot store a key for tickets, SQL state " + e.getSQLState());
        }
    }

    private void refresh() {
        List<Key> keys = database.read(connection -> SqlRows.select(
                connection,
                row -> new Key(row.getString(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3))),
                "SELECT key_id, secret, created_at FROM eider_keys"));
        Map<String, Key> read = new HashMap<>();
        keys.forEach(key -> read.put(key.id(), key));
        known = Map.copyOf(read);
    }

    private static String code(Key key, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key.secret()), ALGORITHM));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(bytes(text)));
        } catch (GeneralSecurityException e) {
            throw new EiderException(ErrorCode.INTERNAL, "This Java runtime has no " + ALGORITHM, e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
