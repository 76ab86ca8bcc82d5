package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.SigningKeys.Signature;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signatures in a real database; each subclass names one. */
abstract class SigningKeysContract {
    private static final String TEXT = "{\"sql\": \"SELECT 1\"}";

    private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
    private TestDatabase database;
    private TableCatalog one;
    private TableCatalog other;

    /** Returns an empty database. */
    abstract TestDatabase newDatabase();

    @BeforeEach
    void openTwoProcesses() {
        database = newDatabase();
        one = database.open(UpkeepConfig.DEFAULT, clock);
        other = database.open(UpkeepConfig.DEFAULT, clock);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void believesWhatItOrAnotherProcessSigned() {
        Signature signature = one.signingKeys().sign(TEXT);

        assertThat(one.signingKeys().isValid(TEXT, signature)).isTrue();
        assertThat(other.signingKeys().isValid(TEXT, signature)).isTrue();
        assertThat(one.signingKeys().isValid(TEXT, other.signingKeys().sign(TEXT)))
                .isTrue();
    }

    @Test
    void makesOneKeyForAllProcesses() {
        Signature signature = one.signingKeys().sign(TEXT);

        assertThat(other.signingKeys().sign(TEXT)).isEqualTo(signature);
        assertThat(one.signingKeys().sign("another text").keyId()).isEqualTo(signature.keyId());
        assertThat(keys()).hasSize(1);
    }

    @Test
    void believesNothingElse() {
        Signature signature = one.signingKeys().sign(TEXT);
        String code = signature.code();
        String altered = (code.charAt(0) == 'A' ? "B" : "A") + code.substring(1);
        String lastBits = code.substring(0, code.length() - 1) + (char) (code.charAt(code.length() - 1) ^ 1);

        for (Signature forged : List.of(
                new Signature(signature.keyId(), altered),
                new Signature(signature.keyId(), lastBits),
                new Signature(signature.keyId(), code + "="),
                new Signature(signature.keyId(), code.substring(1)),
                new Signature(signature.keyId(), ""),
                new Signature("", code),
                new Signature("another", code))) {
            assertThat(one.signingKeys().isValid(TEXT, forged)).isFalse();
        }
        assertThat(one.signingKeys().isValid(TEXT + " ", signature)).isFalse();
        assertThat(one.signingKeys().isValid("", signature)).isFalse();
    }

    @Test
    void signsWithANewKeyEveryDayAndBelievesTheOldOneForAnother() {
        Signature first = one.signingKeys().sign(TEXT);
        clock.advance(Duration.ofHours(23));
        assertThat(one.signingKeys().sign(TEXT)).isEqualTo(first);

        clock.advance(Duration.ofHours(1));
        Signature second = one.signingKeys().sign(TEXT);

        assertThat(second.keyId()).isNotEqualTo(first.keyId());
        assertThat(other.signingKeys().sign(TEXT)).isEqualTo(second);
        assertThat(one.signingKeys().isValid(TEXT, first)).isTrue();
        assertThat(other.signingKeys().isValid(TEXT, first)).isTrue();
    }

    @Test
    void forgetsKeysThatAreTwoDaysOld() {
        Signature first = one.signingKeys().sign(TEXT);
        clock.advance(Duration.ofDays(1));
        Signature second = one.signingKeys().sign(TEXT);

        clock.advance(Duration.ofDays(1));

        assertThat(one.signingKeys().isValid(TEXT, first)).isFalse();
        assertThat(other.signingKeys().isValid(TEXT, first)).isFalse();
        assertThat(one.signingKeys().isValid(TEXT, second)).isTrue();
        one.signingKeys().sign(TEXT);
        assertThat(keys()).hasSize(2).doesNotContain(first.keyId());
    }

    @Test
    void saysNothingOfTheSecretWhenAKeyCannotBeStored() throws SQLException {
        run("DROP TABLE eider_keys");
        run("CREATE TABLE eider_keys (key_id VARCHAR(64), secret VARCHAR(255) CHECK (length(secret) < 1),"
                + " created_at BIGINT)");

        assertThatThrownBy(() -> one.signingKeys().sign(TEXT))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CATALOG_FAILED))
                .hasNoCause();
        assertThat(keys()).isEmpty();
    }

    private List<String> keys() {
        try (Connection connection = connect()) {
            return SqlRows.select(connection, row -> row.getString(1), "SELECT key_id FROM eider_keys");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = connect()) {
            SqlRows.update(connection, sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.uri());
    }
}
