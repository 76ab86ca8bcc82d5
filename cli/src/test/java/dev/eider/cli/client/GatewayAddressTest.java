package dev.eider.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayAddressTest {

    @ParameterizedTest
    @CsvSource({
        "grpc://lake:1, grpc://lake:1",
        "grpc+tcp://lake:1, grpc://lake:1",
        "grpc+tls://lake:1, grpc+tls://lake:1",
        "lake:9000, grpc://lake:9000",
        "lake, grpc://lake:8815",
        "grpc://[::1]:7, grpc://[::1]:7"
    })
    void readsUrls(String url, String canonical) {
        assertThat(GatewayAddress.parse(url)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://lake:1", "", "grpc://", "a b", "grpc://ada:pw@lake:1"})
    void refusesOthers(String url) {
        assertThatThrownBy(() -> GatewayAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no gateway URL");
    }

    @Test
    void doesNotShowSecrets() {
        assertThat(GatewayAddress.parse("lake").withToken("secret").toString()).doesNotContain("secret");
    }

    @Test
    void quotesTablesForSql() {
        assertThat(TableName.parse("flights").sql()).isEqualTo("\"flights\"");
        assertThat(TableName.parse("a.b.c").sql()).isEqualTo("\"a.b\".\"c\"");
        assertThat(TableName.parse("x.say \"hi\"").sql()).isEqualTo("\"x\".\"say \"\"hi\"\"\"");
    }
}
